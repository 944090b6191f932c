"""What becomes of sign-in, roles, consent and facts when two rows are one person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from webapp.accounts.models import Person, RoleGrant, Session, Sex, SignIn
from webapp.accounts.models_data import PENDING, Consent, ErasureRequest
from webapp.accounts.models_mail import StoppedMail
from webapp.accounts.models_people import DifferentPeople
from webapp.core.database import db
from webapp.core.i18n import _, _n
from webapp.core.signals import (
    MergeAnswer,
    MergeAsked,
    PeopleMerged,
    PeopleParted,
    merge_asked,
    people_merged,
    people_parted,
)
from webapp.core.upsert import insert_for

ROOM = "accounts"
FACTS = ("phone", "sex", "birth_year")


def answer(asked: MergeAsked) -> MergeAnswer:
    """The part of the accounts. Three queries."""
    both = {row.person_id: row for row in db.session.scalars(select(SignIn).where(SignIn.person_id.in_([asked.kept_id, asked.gone_id])))}
    kept, gone = both.get(asked.kept_id), both.get(asked.gone_id)
    points = []
    if gone and kept:
        points.append(_("Both can sign in. %(kept)s goes on; %(gone)s is disabled and signed out.", kept=kept.name, gone=gone.name))
    elif gone:
        points.append(_("The sign-in %(email)s moves.", email=gone.name))
    elif kept:
        points.append(_("The sign-in %(email)s stays.", email=kept.name))
    roles = db.session.scalar(
        select(func.count()).select_from(RoleGrant).where(RoleGrant.person_id == asked.gone_id, RoleGrant.revoked_at.is_(None))
    ) or 0
    if roles:
        points.append(_n("%(num)d role moves.", "%(num)d roles move.", roles))
    points.append(_(
        "Name, place, organisation and level are those of the one that stays; telephone, sex and year of birth are filled in.",
    ))
    waiting = select(ErasureRequest.id).where(ErasureRequest.person_id.in_([asked.kept_id, asked.gone_id]), PENDING)
    stops = [_("One of the two has asked to be erased.")] if db.session.scalar(waiting) is not None else []
    return MergeAnswer(points, stops)


def merge(event: PeopleMerged) -> None:
    """Handler of `people_merged`."""
    kept, gone = db.session.get_one(Person, event.kept_id), db.session.get_one(Person, event.gone_id)
    event.moved[ROOM] = {
        **_sign_ins(event), "grants": _repoint(RoleGrant, RoleGrant.person_id, event), "consents": _consents(event),
        # Who was merged into the one that goes now belongs to the one that stays: one step always leads there.
        "earlier": _repoint(Person, Person.merged_into_id, event), "facts": _fill(kept, gone),
        "marks": _marks(event), "stopped": _stopped(event),
    }
    db.session.flush()


def _sign_ins(event: PeopleMerged) -> dict[str, Any]:
    has = db.session.scalar(select(SignIn.id).where(SignIn.person_id == event.kept_id)) is not None
    if not has:
        return {"sign_ins": _repoint(SignIn, SignIn.person_id, event), "disabled": []}
    mine = (SignIn.person_id == event.gone_id, SignIn.disabled_at.is_(None))
    disabled = list(db.session.scalars(update(SignIn).where(*mine).values(disabled_at=event.at).returning(SignIn.id)))
    db.session.execute(update(Session).where(Session.sign_in_id.in_(disabled), Session.ended_at.is_(None)).values(ended_at=event.at))
    return {"sign_ins": [], "disabled": [str(each) for each in disabled]}


def _consents(event: PeopleMerged) -> list[str]:
    known = select(Consent.version).where(Consent.person_id == event.kept_id, Consent.withdrawn_at.is_(None))
    return _repoint(Consent, Consent.person_id, event, Consent.version.not_in(known))


def _repoint(model: Any, column: Any, event: PeopleMerged, *further: Any) -> list[str]:
    statement = update(model).where(column == event.gone_id, *further).values({column.key: event.kept_id}).returning(model.id)
    return [str(each) for each in db.session.scalars(statement.execution_options(synchronize_session=False))]


def _fill(kept: Person, gone: Person) -> dict[str, Any]:
    filled = {}
    for key in FACTS:
        if getattr(kept, key) is None and getattr(gone, key) is not None:
            setattr(kept, key, getattr(gone, key))
            filled[key] = getattr(gone, key)
    return {key: value.value if isinstance(value, Sex) else value for key, value in filled.items()}


def _stopped(event: PeopleMerged) -> list[str]:
    """Who stopped a mail under one name does not get it under the other. The kinds that are new to the one who stays."""
    theirs = select(StoppedMail.kind, StoppedMail.stopped_at).where(StoppedMail.person_id == event.gone_id)
    new = []
    for kind, at in db.session.execute(theirs).all():
        row = insert_for(StoppedMail).values(person_id=event.kept_id, kind=kind, stopped_at=at).on_conflict_do_nothing()
        if db.session.execute(row.returning(StoppedMail.kind)).first() is not None:
            new.append(kind)
    return new


def _marks(event: PeopleMerged) -> list[dict[str, Any]]:
    """Whoever is not the one who goes is not the one who stays either. What parting needs: other, by whom, when, whether it moved."""
    of_gone = or_(DifferentPeople.first_id == event.gone_id, DifferentPeople.second_id == event.gone_id)
    moved = []
    for mark in db.session.scalars(select(DifferentPeople).where(of_gone)).all():
        other = mark.second_id if mark.first_id == event.gone_id else mark.first_id
        by, at = mark.marked_by_id, mark.marked_at
        added = other != event.kept_id and _mark(event.kept_id, other, by, at)
        moved.append({"other": str(other), "by": str(by) if by else None, "at": at.isoformat(), "added": added})
    db.session.execute(delete(DifferentPeople).where(of_gone))
    return moved


def _mark(one: UUID, other: UUID, by: UUID | None, at: datetime) -> bool:
    """Whether the mark is new."""
    first, second = sorted((one, other))
    insert = insert_for(DifferentPeople).values(first_id=first, second_id=second, marked_by_id=by, marked_at=at)
    return db.session.execute(insert.on_conflict_do_nothing().returning(DifferentPeople.first_id)).first() is not None


def _marks_back(event: PeopleParted, marks: list[dict[str, Any]]) -> None:
    """A mark that somebody took back since the merge stays away."""
    for mark in marks:
        other = UUID(mark["other"])
        if other != event.kept_id:
            first, second = sorted((event.kept_id, other))
            there = (DifferentPeople.first_id == first, DifferentPeople.second_id == second)
            if db.session.scalar(select(DifferentPeople.first_id).where(*there)) is None:
                continue
            if mark["added"]:
                db.session.execute(delete(DifferentPeople).where(*there))
        _mark(event.gone_id, other, UUID(mark["by"]) if mark["by"] else None, datetime.fromisoformat(mark["at"]))


def part(event: PeopleParted) -> None:
    """Handler of `people_parted`."""
    moved = event.moved[ROOM]
    columns = (("sign_ins", SignIn, SignIn.person_id), ("grants", RoleGrant, RoleGrant.person_id), ("consents", Consent, Consent.person_id),
               ("earlier", Person, Person.merged_into_id))
    for key, model, column in columns:
        _back(model, column, moved[key], event)
    ids = [UUID(each) for each in moved["disabled"]]
    db.session.execute(
        update(SignIn).where(SignIn.id.in_(ids), SignIn.person_id == event.gone_id).values(disabled_at=None)
        .execution_options(synchronize_session=False)
    )
    _marks_back(event, moved.get("marks", []))
    copied = (StoppedMail.person_id == event.kept_id, StoppedMail.kind.in_(moved.get("stopped", [])))
    db.session.execute(delete(StoppedMail).where(*copied))
    kept = db.session.get_one(Person, event.kept_id)
    for key, value in moved["facts"].items():
        if getattr(kept, key) == value:
            setattr(kept, key, None)
    db.session.flush()


def _back(model: Any, column: Any, ids: list[str], event: PeopleParted) -> None:
    mine = (model.id.in_([UUID(each) for each in ids]), column == event.kept_id)
    db.session.execute(update(model).where(*mine).values({column.key: event.gone_id}).execution_options(synchronize_session=False))


def wire() -> None:
    """Answer and act."""
    merge_asked.connect(answer)
    people_merged.connect(merge)
    people_parted.connect(part)
