"""The state of a sheet: handing in, taking back, feedback to the whole of it, returning, accepting."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts.current import Viewer
from webapp.core.access import signed_in
from webapp.core.frozen import dataclass
from webapp.core.i18n import lazy
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Section
from webapp.participation.origin import Origin
from webapp.questionnaires import access, labels, queries, rules, rules_state, services, services_changes, services_state
from webapp.questionnaires.desk import Desk, worksheet_or_404
from webapp.questionnaires.models import MemberRole, Sheet, SheetComment, SheetState
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.rules_state import Missing, NotReady, WordsNeeded

bp = Blueprint("sheet_state", __name__, template_folder="templates")

STATE = "/sheets/<uuid:sheet_id>/state"
DONE = {
    SheetState.SHARED: lazy("The sheet is handed in."), SheetState.DRAFT: lazy("You have taken the sheet back and can change it again."),
    SheetState.RETURNED: lazy("The sheet is returned; its writers are told."),
    SheetState.DONE: lazy("The sheet is accepted; its writers are told."),
}


@dataclass(frozen=True)
class Talked:
    """A field about which something is said: how many threads are open, and where it is."""

    label: str
    field_id: str
    section: Section
    open: int
    said: int


@dataclass(frozen=True)
class Standing:
    """What the reader may do with the sheet as it stands."""

    state: SheetState
    role: MemberRole | None
    decides: bool
    elsewhere: bool = False

    @property
    def hands_in(self) -> bool:
        """Whether they may hand it in."""
        return not self.elsewhere and self.role in rules.WRITERS and self.state in rules.WRITTEN

    @property
    def takes_back(self) -> bool:
        """Whether they may take it back."""
        return not self.elsewhere and self.role in rules.WRITERS and self.state is SheetState.SHARED

    @property
    def accepts(self) -> bool:
        """Whether they may accept it."""
        return self.decides and self.state is SheetState.SHARED

    @property
    def returns(self) -> bool:
        """Whether they may return it; one that was accepted is opened again by that."""
        return self.decides and self.state in (SheetState.SHARED, SheetState.DONE)


def standing(desk: Desk) -> Standing:
    """What this reader may do; nothing with a sheet whose state is decided where it belongs."""
    if desk.home is not None:
        return Standing(desk.sheet.state, desk.role, decides=False, elsewhere=True)
    return Standing(desk.sheet.state, desk.role, rules_state.decides(desk.role, guides=access.guides_place(desk.who, desk.opened.place)))


@bp.get(STATE)
@signed_in
def state(sheet_id: UUID) -> str:
    """Where the sheet stands, what is missing, what was said. At most eight queries."""
    return _shown(worksheet_or_404(sheet_id))


def _shown(desk: Desk, *, missing: Missing | None = None, words: str = "", problem: str = "") -> str:
    stand = standing(desk)
    asked = missing is not None
    if missing is None and stand.hands_in:
        missing = services_state.unready(desk.sheet, desk.questionnaire)
    comments = queries.comments(desk.sheet.id)
    return render_template(
        "questionnaires/state.html", desk=desk, sheet=desk.sheet, title=title_of(desk.sheet, desk.questionnaire), stand=stand,
        missing=missing or Missing(), asked=asked, feedback=[(row, name) for row, name in comments if row.path is None and row.feedback],
        talked=_talked(desk, comments), moves=queries.moves(desk.sheet.id), words=words, problem=problem, labels=labels,
    )


def _talked(desk: Desk, comments: list[tuple[SheetComment, str]]) -> list[Talked]:
    """Fields with comments, in the order of the questionnaire."""
    said: dict[str, int] = {}
    opened: dict[str, int] = {}
    for row, _name in comments:
        field_id = (row.path or "").partition("/")[0]
        said[field_id] = said.get(field_id, 0) + 1
        opened[field_id] = opened.get(field_id, 0) + (row.reply_to_id is None and row.resolved_at is None)
    questionnaire = desk.questionnaire
    return [
        Talked(labels.plain_label(field), field.id, questionnaire.section_of(field.id), opened[field.id], said[field.id])
        for field in questionnaire.fields if field.id in said
    ]


@bp.post(STATE)
@signed_in
def change(sheet_id: UUID) -> Any:
    """Bring the sheet into the state `to`, with words where it is returned."""
    desk, words = worksheet_or_404(sheet_id), request.form.get("words", "").strip()[: services.COMMENT_LENGTH]
    to = next((each for each in SheetState if each.value == request.form.get("to")), None) or abort(400)
    if desk.home is not None:
        return redirect(address(desk.home.url), 303)
    try:
        with unit_of_work():
            sheet = services_changes.locked(sheet_id) or abort(404)
            _carry_out(desk, sheet, to, words)
    except NotReady as error:
        return _shown(worksheet_or_404(sheet_id), missing=error.missing), HTTPStatus.UNPROCESSABLE_ENTITY
    except WordsNeeded as error:
        return _shown(worksheet_or_404(sheet_id), problem=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(str(DONE[to]), "ok")
    if to is SheetState.SHARED and sheet.course_id is not None:
        return redirect(address(f"/courses/{sheet.course_id}/{sheet.step_id}/"), 303)
    return redirect(address(desk.url + ("state" if to is not SheetState.DRAFT else "")), 303)


def _carry_out(desk: Desk, sheet: Sheet, to: SheetState, words: str) -> None:
    who, role = desk.who, desk.role
    if to is SheetState.SHARED:
        services_state.hand_in(
            sheet=sheet, questionnaire=desk.questionnaire, role=role, origin=Origin.of_request(), person_id=who.person_id, now=desk.now,
        )
    elif to is SheetState.DRAFT:
        services_state.take_back(sheet=sheet, role=role, person_id=who.person_id, now=desk.now)
    else:
        _decide(desk, who, sheet, to, words)


def _decide(desk: Desk, who: Viewer, sheet: Sheet, to: SheetState, words: str) -> None:
    if not standing(desk).decides:
        abort(403)
    services_state.decide(
        sheet=sheet, title=title_of(sheet, desk.questionnaire), to=to, words=words, by=who.name, person_id=who.person_id, now=desk.now,
    )
