"""The pages of the figures, `docs/figures.en.md` and `docs/figures.zh-Hans.md`, from the definitions by which they are counted.

Run as `python tools/figures_page.py` it writes the pages; with `--check` it exits with 1 if one is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from access_page import the_app
from page_of_docs import run

from webapp.core.i18n import LANGUAGES, speaking
from webapp.statistics import pages_definitions
from webapp.statistics.definitions import Figure
from webapp.statistics.outcomes import OUTCOMES

TITLES = {"en": "# What the figures count", "zh-Hans": "# 各项统计指标的口径"}
HEADS = {
    "en": """\
Every figure on the pages of statistics is counted by the definition below; pages and files show it beside the figure. A change of
meaning is a new version with its day, and periods that were closed before keep the figures of the version before.

This page is made from the program by `python tools/figures_page.py`; `make check` fails when it is not current.
""",
    "zh-Hans": """\
统计页面上的每项数字均按下列口径计算，页面和导出文件在数字旁列明口径。口径变更时启用新版本并注明日期，此前已封存的统计期仍保留原口径下的数字。

本页由 `python tools/figures_page.py` 根据程序生成；内容不是最新时，`make check` 会报错。
""",
}
RULES = {
    "en": """\
## Rules for all figures

- A day begins and ends at midnight in the programme's time zone.
- What was recorded after the cut-off does not count, even if it happened before; a correction counts from the moment at which it was
  recorded.
- Showings to visitors without an account are kept one by one for a week, then as a number for each day of happening and of recording,
  step, language, device and channel. Such a number counts from the moment the last of its showings was recorded.
- A person counts once in every figure of people, whatever was chosen; two accounts that were merged are one person. Parts therefore
  need not add up to the whole.
- Place, position level, organisation, sex and age are those of the moment of the event.
- Practice checks in lessons are no tests.
- Participation of former years that was brought in is counted only where it is asked for.
""",
    "zh-Hans": """\
## 所有指标的共同规则

- 一天按项目所在时区的零时起止。
- 截止时间之后录入的记录不计入，即使事情发生在此之前；更正自录入之时起生效。
- 未注册访客的浏览记录逐条保存一周，之后按浏览日和录入日、课程步骤、语言、设备和渠道只保留次数；次数自其中最后一条记录录入之时起计入。
- 凡计人数的指标，无论如何筛选，每人只计一次；合并后的两个账号视为一人。因此各部分之和不一定等于总数。
- 地点、职级、单位、性别、年龄均以事情发生时为准。
- 课程中的随堂练习不算测验。
- 补录的往年参与情况，只在选择包含时才计入。
""",
}
COLUMNS = {
    "en": ("figure", "what it counts", "from which events", "how", "version", "since"),
    "zh-Hans": ("指标", "口径", "依据的参与记录", "计数方式", "版本", "启用日期"),
}
# Columns of figures that are counted from events; outcomes are counted from records of their own.
EVENTS = (2, 3)
BESIDE = {"en": "Outcomes", "zh-Hans": "培训成效"}


def table_of(rows: Sequence[Any], language: str) -> str:
    """The figures as a table."""
    of_events = isinstance(rows[0], Figure)
    titles = [title for at, title in enumerate(COLUMNS[language]) if of_events or at not in EVENTS]
    lines = [_line(titles), _line(["---"] * len(titles))]
    for each in rows:
        counted = [each.events, each.counted] if of_events else []
        lines.append(_line([str(each.label), str(each.definition), *counted, str(each.version), each.since.isoformat()]))
    return chr(10).join(lines) + chr(10)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(each.replace("|", chr(92) + "|") for each in cells) + " |"


def page(language: str) -> str:
    """The whole page in a language."""
    with speaking(language):
        parts = [f"## {words}{chr(10) * 2}{table_of(rows, language)}" for _family, words, rows in pages_definitions.families()]
        parts.append(f"## {BESIDE[language]}{chr(10) * 2}{table_of(OUTCOMES, language)}")
        return chr(10).join([TITLES[language] + chr(10), HEADS[language], *parts, RULES[language]])


if __name__ == "__main__":
    with the_app().app_context():
        # A page of each language; every one of them must be current.
        sys.exit(max([run(f"figures.{language}.md", partial(page, language), __doc__) for language in LANGUAGES]))
