"""What trainings hold about a person: shown to them; when they are erased, what only they could say goes and every count stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import undefer

from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased
from webapp.trainings.models import AgendaItem, Training, TrainingMove, TrainingTrainer
from webapp.trainings.models_learning import Sitting
from webapp.trainings.models_onsite import Attendance, AttendanceMark, CheckInTicket, DayLog, TrainingFile
from webapp.trainings.models_people import ListState, Participant, ParticipantList
from webapp.trainings.models_trainers import TrainerAway, TrainerProfile


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Fifteen queries."""
    me = asked.person_id
    return [*_taking_part(me), *_present(me), *_training(me), *_noted(me), *_offered(me)]


def _taking_part(me: UUID) -> list[OwnTable]:
    mine = select(Participant.id).where(Participant.person_id == me)
    return [
        table_of(Participant, Participant.person_id == me, key="participations", title=_("Trainings you were named for"),
                 order=Participant.listed_at, columns={
                     "training_id": _("Identifier of the training"), "state": _("State"), "joined_by": _("How you came onto the list"),
                     "code": _("Code"), "group": _("Group"), "form_before": _("Form of the test before"), "listed_at": _("Listed"),
                     "invited_at": _("Invited"), "answered_at": _("Invitation answered"), "registered_at": _("Registered"),
                     "diet": _("Diet"), "access": _("Access needs"), "interpretation": _("Interpretation"),
                     "needs_at": _("Needs given"), "completed_at": _("Completed"), "id": _("Identifier"),
                 }),
        table_of(Sitting, Sitting.participant_id.in_(mine), key="sittings", title=_("Your tests before and after trainings"),
                 order=Sitting.started_at, columns={
                     "training_id": _("Identifier of the training"), "moment": _("Before or after"), "form": _("Form"),
                     "course_id": _("Course"), "language": _("Language"), "started_at": _("Begun"), "submitted_at": _("Handed in"),
                     "on_paper": _("On paper"), "responses": _("Answers"), "score_thousandths": _("Thousandths of a point"),
                     "maximum": _("Most points"),
                 }),
        table_of(Sitting, Sitting.entered_by_id == me, key="sittings-entered", title=_("Tests on paper that you typed in"),
                 order=Sitting.submitted_at, columns={
                     "submitted_at": _("When"), "training_id": _("Identifier of the training"), "moment": _("Before or after"),
                 }),
    ]


def _present(me: UUID) -> list[OwnTable]:
    mine = select(Participant.id).where(Participant.person_id == me)
    return [
        table_of(Attendance, Attendance.participant_id.in_(mine), key="attendance", title=_("Your attendance at sessions"),
                 order=Attendance.changed_at, columns={
                     "session_id": _("Identifier of the session"), "presence": _("Presence"), "minutes": _("Minutes"),
                     "arrived": _("Arrived"), "left": _("Left"), "changed_at": _("Last changed"),
                 }),
        table_of(AttendanceMark, or_(AttendanceMark.participant_id.in_(mine), AttendanceMark.person_id == me), key="attendance-marks",
                 title=_("Marks of attendance: of you, and by you"), order=AttendanceMark.received_at, columns={
                     "received_at": _("When"), "session_id": _("Identifier of the session"), "participant_id": _("Identifier"),
                     "presence": _("Presence"), "channel": _("By which way"), "device": _("Identifier of the device"),
                     "device_at": _("Time of your device"), "outcome": _("What became of it"),
                 }),
        table_of(CheckInTicket, CheckInTicket.participant_id.in_(mine), key="check-ins", title=_("Codes by which you checked in"),
                 order=CheckInTicket.at, columns={"at": _("When"), "session_id": _("Identifier of the session")}),
    ]


def _training(me: UUID) -> list[OwnTable]:
    return [
        table_of(TrainingTrainer, TrainingTrainer.person_id == me, key="trainings-run", title=_("Trainings you run or observe"),
                 order=TrainingTrainer.added_at, columns={
                     "training_id": _("Identifier of the training"), "part": _("Part"), "added_at": _("Since"),
                 }),
        table_of(Training, Training.created_by_id == me, key="trainings-made", title=_("Trainings you began to plan"),
                 order=Training.created_at, columns={"created_at": _("When"), "title": _("Title"), "id": _("Identifier of the training")}),
        table_of(TrainingMove, TrainingMove.person_id == me, key="training-moves", title=_("Trainings you moved on or back"),
                 order=TrainingMove.at, columns={
                     "at": _("When"), "training_id": _("Identifier of the training"), "before": _("Before"), "after": _("After"),
                     "note": _("What you wrote"),
                 }),
        table_of(AgendaItem, AgendaItem.leader_id == me, key="agenda-items", title=_("Lines of agendas that you lead"), columns={
            "session_id": _("Identifier of the session"), "titles": _("Title"), "minutes": _("Minutes"),
        }),
        table_of(ParticipantList, ParticipantList.actor_id == me, key="participant-lists", title=_("Lists of people you brought in"),
                 order=ParticipantList.created_at, columns={
                     "created_at": _("When"), "training_id": _("Identifier of the training"), "state": _("State"), "total": _("Rows"),
                 }),
    ]


def _noted(me: UUID) -> list[OwnTable]:
    return [
        table_of(DayLog, DayLog.person_id == me, key="day-logs", title=_("Your notes of the days of trainings"), order=DayLog.changed_at,
                 columns={
                     "day": _("Day"), "training_id": _("Identifier of the training"), "text": _("Text"), "changed_at": _("Last changed"),
                 }),
        table_of(TrainingFile, TrainingFile.person_id == me, key="training-files", title=_("Files you added to trainings"),
                 order=TrainingFile.added_at, columns={
                     "added_at": _("When"), "training_id": _("Identifier of the training"), "caption": _("Caption"),
                     "in_report": _("In the report"), "id": _("Identifier"),
                 }),
    ]


def _offered(me: UUID) -> list[OwnTable]:
    return [
        table_of(TrainerProfile, TrainerProfile.person_id == me, key="trainer-profile", title=_("Your profile as a trainer"), columns={
            "languages": _("Languages"), "about": _("Topics, in your own words"), "listed": _("Can be asked"),
            "changed_at": _("Last changed"),
        }),
        table_of(TrainerAway, TrainerAway.person_id == me, key="trainer-away", title=_("Days on which you cannot train"),
                 order=TrainerAway.first_day, columns={
                     "first_day": _("First day away"), "last_day": _("Last day away"), "note": _("Note"),
                 }),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`. Six statements.

    Needs and the trainer's own words go; seats, attendance, results and notes of the day are counted and read without the name.
    """
    me = event.person_id
    _strike(event)
    db.session.execute(
        update(Participant).where(Participant.person_id == me).values(diet="", access="", interpretation="", needs_at=None, group="")
        .execution_options(synchronize_session=False)
    )
    mine = select(Participant.id).where(Participant.person_id == me)
    for statement in (
        delete(CheckInTicket).where(CheckInTicket.participant_id.in_(mine)),
        delete(TrainerAway).where(TrainerAway.person_id == me), delete(TrainerProfile).where(TrainerProfile.person_id == me),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()


def _strike(event: PersonErased) -> None:
    """Take the rows that name the person out of the lists of the last week: a list on its way in would bring them back."""
    emails = {each.casefold() for each in event.emails}
    lists = db.session.scalars(
        select(ParticipantList).where(ParticipantList.state != ListState.QUEUED).options(undefer(ParticipantList.rows)).with_for_update()
    )
    for each in lists:
        rows = [row for row in each.rows if not _names(row[1], event.name.casefold(), emails)]
        if len(rows) == len(each.rows):
            continue
        left = {number for number, _cells in rows}
        each.rows, each.problems = rows, [problem for problem in each.problems if problem[0] in left]
        if each.state in (ListState.MAPPING, ListState.READY):
            # The preview counted them: whoever brought the list has it made anew.
            each.state, each.total, each.counts, each.problems = ListState.MAPPING, len(rows), {}, []
    db.session.flush()


def _names(cells: Sequence[Any], name: str, emails: Collection[str]) -> bool:
    """Whether a row names the person: by an address, or by the name where no address tells that it is a namesake."""
    words = {str(cell).strip().casefold() for cell in cells}
    return bool(words & set(emails)) or (bool(name) and name in words and not any("@" in word for word in words))


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
