"""The fixed words of documents, and how headings are numbered, in the document's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from webapp.core.frozen import dataclass

DIGITS = "零一二三四五六七八九"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class FixedWords:
    """The words of one language."""

    page: Callable[[int, int], str]
    page_before_number: str  # Word counts the pages itself, in fields between these three
    page_between_numbers: str
    page_after_number: str
    contents: str
    continued: str
    colon: str
    dash: str
    gap: str


WORDS = {
    "zh-Hans": FixedWords(
        page=lambda number, total: f"第 {number} 页，共 {total} 页",
        page_before_number="第 ", page_between_numbers=" 页，共 ", page_after_number=" 页",
        contents="目录", continued="（续）", colon="：", dash="——", gap="　",
    ),
    "en": FixedWords(
        page=lambda number, total: f"Page {number} of {total}",
        page_before_number="Page ", page_between_numbers=" of ", page_after_number="",
        contents="Contents", continued=" (continued)", colon=": ", dash="— ", gap=". ",
    ),
}  # fmt: skip


def words_of(language: str) -> FixedWords:
    """The words of a language; English ones for a language that has none here."""
    return WORDS.get(language, WORDS["en"])


def date_in(language: str, day: date) -> str:
    """A day in words: 2026年11月20日, 20 November 2026."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def han_number(number: int) -> str:
    """A number from 1 to 99 in Chinese digits: 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


class HeadingNumbers:
    """Counts headings: 1, 1.1, 1.1.1; in Chinese 一、（一）1. as official documents do (GB/T 9704)."""

    def __init__(self, language: str) -> None:
        self.chinese = language.startswith("zh")
        self.counts = [0, 0, 0]

    def next(self, level: int) -> str:
        """The number of the next heading of this level (1 to 3), with what separates it from the text."""
        self.counts[level - 1] += 1
        self.counts[level:] = [0] * (3 - level)
        if not self.chinese:
            return ".".join(str(count) for count in self.counts[:level]) + "  "
        own = self.counts[level - 1]
        return (f"{han_number(own)}、", f"（{han_number(own)}）", f"{own}. ")[level - 1]
