"""Compares the languages of a lesson: the same parts, in the same number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from webapp.core.i18n import _
from webapp.courses.lessons import Draft
from webapp.courses.problems import Findings

COUNTS: tuple[tuple[str, Callable[[Draft], int]], ...] = (
    ("`##`", lambda draft: draft.outline.count(2)),
    ("`###`", lambda draft: draft.outline.count(3)),
    ("`![…](media/…)`", lambda draft: len(draft.outline.figures)),
    ("`::: think`", lambda draft: draft.outline.blocks["think"]),
    ("`::: callout`", lambda draft: draft.outline.blocks["callout"]),
    ("`::: case`", lambda draft: draft.outline.blocks["case"]),
    ("`| --- |`", lambda draft: draft.outline.tables),
    ("objectives", lambda draft: len(draft.front.objectives)),
    ("points", lambda draft: len(draft.front.points)),
)


def compare(drafts: Mapping[str, Draft], findings: Findings) -> None:
    """Note where a language differs from the first one in structure, goals, figures or sources."""
    first, *others = drafts.values()
    for other in others:
        if not (first.outline.renderable and other.outline.renderable):
            continue
        for name, count in COUNTS:
            here, there = count(other), count(first)
            if here != there:
                findings.add(other.file, 1, _(
                    "Found %(here)d of %(name)s; %(file)s has %(there)d. Both languages need the same parts.",
                    here=here, there=there, name=name, file=first.file,
                ))
        _compare_sets(first, other, findings)


def _compare_sets(first: Draft, other: Draft, findings: Findings) -> None:
    sets: tuple[tuple[str, Callable[[Draft], set[str]]], ...] = (
        ("goals", lambda draft: {str(goal) for goal in draft.front.goals}),
        ("targets", lambda draft: set(draft.front.targets)),
        ("sources", lambda draft: {source.id for source in draft.sources}),
    )
    for key, of in sets:
        here, there = of(other), of(first)
        if here != there:
            findings.add(other.file, other.document.line((key,)), _(
                "“%(key)s” differs from %(file)s: %(difference)s.", key=key, file=first.file, difference=", ".join(sorted(here ^ there)),
            ))
    drawn, expected = ([address for _line, _alt, address, _caption in draft.outline.figures] for draft in (other, first))
    if len(drawn) == len(expected):
        for (line, _alt, address, _caption), wanted in zip(other.outline.figures, expected, strict=True):
            if address != wanted:
                findings.add(other.file, line, _(
                    "Found the figure %(here)s; %(file)s has %(there)s here.", here=address, there=wanted, file=first.file,
                ))
