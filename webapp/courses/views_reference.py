"""Pages of what all courses share: the Goals and their targets, the glossary, the bibliography."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from webapp.accounts.current import viewer
from webapp.core.access import public
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, current_language, localised
from webapp.courses import access
from webapp.courses.catalogue import catalogue
from webapp.courses.citations import cited, uses_of_terms
from webapp.courses.collation import OTHER, initial, order
from webapp.courses.concerns import Concern, by_goal
from webapp.courses.folding import fold
from webapp.courses.glossary import Term
from webapp.courses.labels import label
from webapp.courses.library import library
from webapp.courses.questionnaire.shipped import surveys
from webapp.goals.reference import goal as find_goal
from webapp.goals.reference import reference

bp = Blueprint("reference", __name__, template_folder="templates")
MOST_ASKED = 100


@bp.get("/goals/")
@public
def goals() -> str:
    """The 17 Goals. No query but that for the reader."""
    return render_template("courses/goals.html", goals=reference().goals, concerns=_concerns(), nothing=Concern())


def _concerns() -> dict[str, Concern]:
    """What concerns each Goal and target; questionnaires of the library for those who may look through it."""
    who = viewer()
    shelf = surveys().values() if who is not None and access.teach(who) else ()
    return by_goal(catalogue().courses, shelf)


@bp.get("/goals/<int:number>/")
@public
def goal(number: int) -> str:
    """A Goal, its targets, and what concerns them. No query but that for the reader."""
    found = find_goal(number) or abort(404)
    return render_template(
        "courses/goal.html", goal=found, before=find_goal(number - 1), after=find_goal(number + 1), other=_other_language(),
        concerns=_concerns(), nothing=Concern(),
    )


@bp.get("/goals/<int:number>/<target_id>/")
@public
def target(number: int, target_id: str) -> str:
    """A target, what concerns it, and the others of its Goal. No query but that for the reader."""
    found = reference().target(target_id)
    if found is None or found.goal != number:
        abort(404)
    before, after = reference().beside(found)
    concerns = _concerns()
    return render_template(
        "courses/target.html", goal=find_goal(number), target=found, before=before, after=after, concerns=concerns,
        concern=concerns.get(found.id, Concern()), nothing=Concern(), other=_other_language(),
    )


@dataclass(frozen=True)
class Letter:
    """Terms under one letter of the reader's language."""

    letter: str
    terms: tuple[Term, ...]

    @property
    def anchor(self) -> str:
        """Where the letter stands on the page."""
        return f"letter-{self.letter if self.letter != OTHER else '0'}"


def by_letter(terms: list[Term], language: str) -> list[Letter]:
    """Terms as a printed glossary has them: by letter or pinyin, digits and signs first."""
    ordered = sorted(terms, key=lambda term: order(localised(term.term, language), language))
    groups: dict[str, list[Term]] = {}
    for term in ordered:
        groups.setdefault(initial(localised(term.term, language), language), []).append(term)
    return [Letter(letter, tuple(listed)) for letter, listed in sorted(groups.items())]


def _matches(term: Term, words: list[str]) -> bool:
    texts = [*term.definition.values(), *(name for tag in term.term for name in term.names(tag))]
    folded = fold("\n".join(texts))
    return all(word in folded for word in words)


@bp.get("/glossary/")
@public
def glossary() -> str:
    """Every term in both languages, or those that hold what was asked. No query."""
    asked = " ".join(request.args.get("q", "")[:MOST_ASKED].split())
    terms = [term for term in library().glossary.terms if _matches(term, fold(asked).split())]
    language = current_language()
    return render_template(
        "courses/glossary.html", letters=by_letter(terms, language), asked=asked, count=len(terms),
        total=len(library().glossary.terms), languages=(language, *(tag for tag in LANGUAGES if tag != language)),
        uses=uses_of_terms(catalogue().courses), also=_also,
    )


@bp.get("/sources/")
@public
def sources() -> str:
    """The bibliography, with the lessons that cite each source. No query."""
    language = current_language()
    entries = cited(catalogue().courses, library().sources)
    return render_template(
        "courses/sources.html", entries=sorted(entries, key=lambda each: order(localised(each.source.title), language)),
    )


def _also(tag: str, names: tuple[str, ...]) -> str:
    """Other words for a term, said in their own language."""
    return label(tag, "also", names=label(tag, "between").join(names))


def _other_language() -> str:
    return next(tag for tag in LANGUAGES if tag != current_language())
