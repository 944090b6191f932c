"""The explained questions of a review as HTML, in Python for the same reason as those of an open attempt.

Texts of questions come as Markup, escaped once a process; words are escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from webapp.core.i18n import _, _n
from webapp.quizzes.reviewing import Line, Reviewed

# Stands where the points of each question go in a sentence that is looked up once a number of points.
_HERE = "\x02"


def explained_html(explained: Iterable[Reviewed]) -> Markup:
    """A section for each question: what was asked, answered and earned, and why."""
    sentences: dict[int, str] = {}
    parts = []
    for question in explained:
        worth = sentences.get(question.points)
        if worth is None:
            sentence = _n("%(earned)s of %(num)d point", "%(earned)s of %(num)d points", question.points, earned=_HERE)
            worth = sentences[question.points] = str(escape(sentence))
        parts.append(_section(question, worth))
    return Markup("".join(parts))  # noqa: S704  escaped, see above


def numbers_html(explained: Iterable[Reviewed]) -> Markup:
    """The grid of numbers, which lead to the questions."""
    label = str(escape(_("Question %(number)s, %(state)s", number=_HERE, state="\x03")))
    lines = "".join(_number(question, label) for question in explained)
    return Markup(f'<ol class="grid-no">{lines}</ol>')  # noqa: S704  escaped, see below


def _number(question: Reviewed, label: str) -> str:
    number = str(question.number)
    state = {"done": ' class="done"', "todo": ""}.get(question.state, ' class="flag"')
    words = label.replace(_HERE, number).replace("\x03", question.word)
    return f'<li><a href="#q{number}"{state} aria-label="{words}">{number}</a></li>'


def _section(question: Reviewed, worth: str) -> str:
    number, state = question.number, question.state
    feedback = f'<div class="feedback" data-state="{state}"><p>{question.feedback}</p></div>\n' if question.feedback else ""
    return (
        f'<section class="q" id="q{number}" aria-labelledby="q{number}-title">\n'
        f'<h3 class="ask" id="q{number}-title"><span class="no">{number}</span>{question.prompt}</h3>\n'
        f'<p class="mark-line"><span class="badge mark" data-state="{state}"><span>{question.word}</span></span> '
        f'<span class="num">{worth.replace(_HERE, question.earned)}</span></p>\n'
        f'<ul class="answers">{"".join(map(_line, question.lines))}</ul>\n{feedback}</section>\n'
    )


# Options are the same for all readers, and so are their lines but for what was chosen.
@lru_cache(maxsize=20_000)
def _line(line: Line) -> str:
    why = f'<span class="hint">{line.why}</span>' if line.why else ""
    word = f' <span class="badge mark" data-state="{line.state}"><span>{escape(line.word)}</span></span>' if line.state else ""
    chosen = ' class="chosen"' if line.chosen else ""
    return f"<li{chosen}><span>{line.html}{why}</span>{word}</li>"
