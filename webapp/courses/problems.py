"""What is wrong with the files of a course: file, line, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.core.frozen import dataclass

SHOWN = 60


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadFiles(Exception):
    """`problems` says everything that must be mended."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class BadCourse(BadFiles):
    """The files are not a course."""


class BadQuestionnaire(BadFiles):
    """The text is no questionnaire."""


class Findings:
    """Collects problems; the same one is kept once."""

    def __init__(self) -> None:
        self._found: set[Problem] = set()

    def add(self, file: str, line: int, message: str) -> None:
        """Note a problem."""
        self._found.add(Problem(file, line, message))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note problems found elsewhere."""
        self._found.update(problems)

    def sorted(self) -> tuple[Problem, ...]:
        """Everything noted, by file and line."""
        return tuple(sorted(self._found))

    def __len__(self) -> int:
        return len(self._found)


def shown(text: str) -> str:
    """A text short enough for a message, without line breaks."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"
