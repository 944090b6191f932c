"""The library of questionnaires: what there is, each in full in either language, to use, to save and to print."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from webapp.accounts.current import me
from webapp.core.access import allow
from webapp.core.i18n import LANGUAGES, current_language
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, Step, StepKind
from webapp.courses.questionnaire.content import Kind, Questionnaire
from webapp.courses.questionnaire.writing import to_file
from webapp.questionnaires import access, blank, labels, library
from webapp.questionnaires.blank import Form
from webapp.questionnaires.library import Volume

bp = Blueprint("library", __name__, template_folder="templates")
HOME = "/questionnaires/"
ONE = HOME + "<questionnaire_id>/"
EXERCISE = HOME + "exercises/<course_id>/<step_id>/"
BOTH = "both"


@bp.get(HOME)
@allow(access.use_library)
def questionnaires() -> str:
    """All that can be used, by title; search and kind narrow it."""
    words = request.args.get("q", "").strip()[:60]
    kind = next((each for each in Kind if each.value == request.args.get("kind")), None)
    return render_template(
        "questionnaires/library.html", found=library.found(library.volumes().values(), words=words, kind=kind), words=words, kind=kind,
        exercises=library.exercises(words=words, kind=kind), labels=labels, writes=access.author(me()),
    )


def volume_or_404(questionnaire_id: str) -> Volume:
    """The questionnaire in force."""
    return library.volume(questionnaire_id) or abort(404)


@bp.get(ONE)
@allow(access.use_library)
def questionnaire(questionnaire_id: str) -> str:
    """One of them in full, in one language or in both side by side."""
    volume = volume_or_404(questionnaire_id)
    one, who = volume.questionnaire, me()
    shown, forms = _shown(one)
    return render_template(
        "questionnaires/volume.html", volume=volume, one=one, forms=forms, shown=shown, key=new_id(),
        labels=labels, writes=access.author(who), guides=access.guide(who),
    )


def _shown(one: Questionnaire) -> tuple[str, list[Form]]:
    """What is asked for, and the questionnaire as an empty form in that language, or in both."""
    shown = request.args.get("show", current_language())
    tags = [tag for tag in LANGUAGES if tag in one.languages] if shown == BOTH else [shown if shown in one.languages else one.languages[0]]
    return shown, [blank.preview(one, tag) for tag in tags]


@bp.get(HOME + "<questionnaire_id>.yaml")
@allow(access.use_library)
def file(questionnaire_id: str) -> Response:
    """The definition as a file that can be read back."""
    answer = make_response(to_file(volume_or_404(questionnaire_id).questionnaire))
    answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{questionnaire_id}.yaml"'
    return answer


@bp.get(ONE + "form")
@allow(access.use_library)
def form(questionnaire_id: str) -> str:
    """The empty form to print, in the reader's language."""
    return _form(volume_or_404(questionnaire_id).questionnaire, f"{HOME}{questionnaire_id}/")


def _form(one: Questionnaire, home: str) -> str:
    tag = current_language() if current_language() in one.languages else one.languages[0]
    return render_template("questionnaires/form.html", one=one, home=address(home), form=blank.preview(one, tag))


def exercise_or_404(course_id: str, step_id: str) -> tuple[Course, Step, Questionnaire]:
    """The worksheet of a step of a course."""
    course = catalogue().course(course_id) or abort(404)
    step = course.step(step_id)
    if step is None or step.kind is not StepKind.EXERCISE:
        abort(404)
    return course, step, course.exercises[step.id].questionnaire


@bp.get(EXERCISE)
@allow(access.use_library)
def exercise(course_id: str, step_id: str) -> str:
    """The worksheet of a course in full, in one language or in both side by side; it is begun in its course."""
    course, step, one = exercise_or_404(course_id, step_id)
    shown, forms = _shown(one)
    return render_template(
        "questionnaires/exercise_volume.html", course=course, step=step, one=one, forms=forms, shown=shown, labels=labels,
    )


@bp.get(EXERCISE + "form")
@allow(access.use_library)
def exercise_form(course_id: str, step_id: str) -> str:
    """The empty worksheet of a course to print, in the reader's language."""
    _course, _step, one = exercise_or_404(course_id, step_id)
    return _form(one, f"{HOME}exercises/{course_id}/{step_id}/")
