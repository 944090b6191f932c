"""Registering by the link of a training without a sign-in. Nothing here commits; the training is locked.

What the visitor sees afterwards never tells whether an address or a number is known: who gives an address is written to and goes on
from the mail; who gives a telephone number is called by the trainers. Nothing is done in the name of somebody who is known by
their address.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts import names, privacy, rules, services, services_consent
from webapp.accounts.errors import EmailTaken
from webapp.accounts.models import OrganisationType, Person, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.participation.origin import Origin
from webapp.trainings import mail, rules_people, services_people
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant
from webapp.trainings.rules_people import RegistrationClosed, WasRefused


@dataclass(frozen=True)
class Said:
    """What somebody wrote into the form, read and checked. `email` or `phone` is there."""

    name: str
    organisation: str
    email: str
    phone: str | None
    language: str


def check_link(training: Training, now: datetime) -> None:
    """Whether the link takes people now. Raises `RegistrationClosed`, `TrainingIsCancelled`."""
    rules_people.check_open(training, now)
    if not training.link_open:
        raise RegistrationClosed(_("Registration by this link is closed. Please ask the trainers."))


def join(training: Training, person: Person, *, origin: Origin, now: datetime) -> Participant:
    """Register somebody who is signed in. Raises `RegistrationClosed`, `TrainingIsCancelled`, `WasRefused`."""
    check_link(training, now)
    return services_people.register(training, person, JoinedBy.LINK, now=now, origin=origin)


def ask(training: Training, said: Said, *, origin: Origin, now: datetime) -> None:
    """Register a visitor, or write to the address they gave. Raises `RegistrationClosed`, `TrainingIsCancelled`."""
    check_link(training, now)
    if said.email:
        _by_address(training, said, origin, now)
    else:
        _by_telephone(training, said, origin, now)


def _by_address(training: Training, said: Said, origin: Origin, now: datetime) -> None:
    held = db.session.scalars(
        select(SignIn).where(SignIn.email_key == rules.email_key(said.email)).options(joinedload(SignIn.person))
    ).one_or_none()
    if held is not None:
        _write_to(training, held, now)
        return
    person = _new(training, said, now)
    try:
        services.create_sign_in(person=person, email=said.email, now=now)
    except EmailTaken:
        # Of two who typed it in the same moment the other was first.
        return
    services_people.register(training, person, JoinedBy.LINK, now=now, origin=origin)


def _write_to(training: Training, held: SignIn, now: datetime) -> None:
    """Only who reads the mailbox goes on: with their own page, from which they register."""
    person = held.person
    if held.disabled_at is not None or person.erased_at is not None or person.merged_into_id is not None:
        return
    participant = services_people.list_person(training, person, joined_by=JoinedBy.LINK, now=now, actor_id=person.id)
    mail.own_page(training, participant, person, now)


def _by_telephone(training: Training, said: Said, origin: Origin, now: datetime) -> None:
    alike = db.session.scalars(
        select(Person).where(
            Person.phone == said.phone, Person.sort_key == names.sort_key(said.name), Person.erased_at.is_(None),
            Person.merged_into_id.is_(None),
        ).order_by(Person.id)
    ).first()
    person = alike or _new(training, said, now)
    try:
        services_people.register(training, person, JoinedBy.LINK, now=now, origin=origin)
    except WasRefused:
        # The trainers have said no, and see that they asked again; a stranger at this form learns nothing of it.
        return


def _new(training: Training, said: Said, now: datetime) -> Person:
    office = services.organisation_named(
        name=said.organisation, type=OrganisationType.GOVERNMENT, place_id=training.place_id, now=now,
    ) if said.organisation else None
    person = services.create_person(
        name=said.name, language=said.language, now=now, place=training.place, organisation=office, phone=said.phone,
        time_zone=training.zone,
    )
    services_consent.give(person_id=person.id, version=privacy.current(), language=said.language, now=now)
    return person
