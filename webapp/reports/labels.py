"""States and moves of a report in words; figures with the definition that says what is counted."""

from __future__ import annotations

from webapp.core.i18n import _, lazy
from webapp.reports.models import ReportState
from webapp.reports.rules import Move

STATES = {
    ReportState.DRAFT: lazy("Report being written"), ReportState.SUBMITTED: lazy("Report in review"),
    ReportState.RETURNED: lazy("Report returned"), ReportState.APPROVED: lazy("Report approved"),
    ReportState.PUBLISHED: lazy("Report published"),
}
MARKS = {
    ReportState.DRAFT: "now", ReportState.SUBMITTED: "wait", ReportState.RETURNED: "late", ReportState.APPROVED: "wait",
    ReportState.PUBLISHED: "done",
}
HAPPENED = {
    Move.SUBMIT: lazy("Submitted for review"), Move.TAKE_BACK: lazy("Taken back by its writers"), Move.RETURN: lazy("Returned with words"),
    Move.APPROVE: lazy("Approved for publication"), Move.PUBLISH: lazy("Made public"), Move.CORRECT: lazy("Correction begun"),
}
DONE = {
    Move.SUBMIT: lazy("The report is submitted. Its figures are frozen, and the reviewers are told."),
    Move.TAKE_BACK: lazy("You have taken the report back. It can be changed again, and its figures follow the record."),
    Move.RETURN: lazy("The report is returned; its writers are told."),
    Move.APPROVE: lazy("The report is approved; the lead trainer or programme staff can publish it now."),
    Move.PUBLISH: lazy("The report is published."),
    Move.CORRECT: lazy(
        "The next edition is a draft now. The published one stays readable until the new one is published, and after that too."
    ),
}


def state_words(state: str) -> str:
    """A state by its value, in words."""
    return str(STATES[ReportState(state)])


def state_mark(state: str) -> str:
    """The mark of a state by its value."""
    return MARKS[ReportState(state)]


def happened(before: ReportState | None, after: ReportState) -> str:
    """What a move was, told from the states it lay between."""
    if before is None:
        return _("Report begun")
    found = {
        ReportState.SUBMITTED: Move.SUBMIT, ReportState.RETURNED: Move.RETURN, ReportState.APPROVED: Move.APPROVE,
        ReportState.PUBLISHED: Move.PUBLISH, ReportState.DRAFT: Move.CORRECT if before is ReportState.PUBLISHED else Move.TAKE_BACK,
    }[after]
    return str(HAPPENED[found])


# Labels and definitions of the numbers of people, by their key in the figures.
COUNTED = {
    "invited": (lazy("invited"), lazy("People to whom an invitation was sent")),
    "registered": (lazy("registered"), lazy("People who hold a seat, walk-ins and substitutes included")),
    "attended": (lazy("attended"), lazy("People present at one session or more")),
    "completed": (
        lazy("completed"), lazy("People who met the rule of the training: minutes of attendance, and tests where they are asked for"),
    ),
    "certificates": (lazy("certificates"), lazy("Certificates of this training that were issued and not revoked")),
    "plans": (lazy("action plans"), lazy("People with a seat who handed in a personal action plan since they were put on the list")),
    "walk_ins": (lazy("walk-ins"), lazy("Of those who attended: registered on the spot")),
    "substitutes": (lazy("substitutes"), lazy("Of those who attended: came in the place of somebody else")),
    "withdrawn": (lazy("withdrawn or declined"), lazy("People who declined the invitation or gave their seat back")),
}
HEADLINES = ("invited", "registered", "attended", "completed", "certificates", "plans")
FURTHER = ("walk_ins", "substitutes", "withdrawn")
DIMENSIONS = {
    "organisation_type": lazy("Type of organisation"), "position_level": lazy("Level of position"), "sex": lazy("Sex"),
}


def bands() -> dict[int, str]:
    """Bands of attendance by their lowest per cent."""
    return {90: "90–100 %", 75: "75–89 %", 50: "50–74 %", 0: "0–49 %"}
