"""Mails to those who take part, in their language: each with the days, the venue, their own page, and the entries of their calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select

from webapp.accounts.mail import link
from webapp.accounts.models import Organisation, Person, SignIn
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.mail.message import sender
from webapp.core.mail.services import queue
from webapp.core.ui.dates import moment_text
from webapp.trainings import agenda, calendar_entry
from webapp.trainings.calendar_entry import Entry
from webapp.trainings.labels import days_text, session_text
from webapp.trainings.models import TrainerPart, Training, TrainingSession
from webapp.trainings.models_people import Participant
from webapp.trainings.records import participant_url, title_of


@dataclass(frozen=True)
class About:
    """What every mail about a training names. Three queries, once for all of its mails."""

    training: Training
    host: str
    leads: Sequence[str]
    sessions: Sequence[TrainingSession]
    gone: Sequence[TrainingSession]


def about(training: Training) -> About:
    """The training as mails tell of it. The place must be loaded."""
    host = db.session.scalar(select(Organisation.name).where(Organisation.id == training.host_id)) if training.host_id else ""
    every = agenda.sessions(training.id, cancelled=True)
    leads = [person.name for person in agenda.trainers(training.id, (TrainerPart.LEAD,))]
    return About(training, host or "", leads, [each for each in every if not each.cancelled], [each for each in every if each.cancelled])


def address_of(person: Person) -> str:
    """Where mail reaches somebody; empty for who has no address or whose sign-in is disabled. One query unless it is loaded."""
    if "sign_in" in inspect(person).unloaded:
        row = db.session.scalar(select(SignIn).where(SignIn.person_id == person.id))
    else:
        row = person.sign_in
    return row.email if row is not None and row.disabled_at is None else ""


def invitation(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """Somebody is asked to come: what, when, where, and the page on which they answer."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        first = _("We invite you to the training “%(title)s”.", title=title)
        if told.host:
            first = _("%(host)s invites you to the training “%(title)s”.", host=told.host, title=title)
        _send(told, participant, person, _("Invitation: %(title)s", title=title), [
            first, _("The arrangements are as follows:"), _facts(told), _answering(training, person.language), _own(participant, person),
            _calendar_note(told),
        ], now, held=True)


def registered(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """Somebody has a seat."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        first = _("You are registered for the training “%(title)s”.", title=title)
        _send(told, participant, person, _("Registered: %(title)s", title=title), [
            first, _facts(told), _what_now(), _own(participant, person), _calendar_note(told),
        ], now, held=True)


def promoted(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """A seat has become free for somebody who waited."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        first = _("A seat has become free: you are now registered for the training “%(title)s”.", title=title)
        cannot = _("If you cannot come any more, please withdraw on your page soon, so that the next person gets the seat.")
        _send(told, participant, person, _("You have a seat: %(title)s", title=title), [
            first, _facts(told), cannot, _own(participant, person), _calendar_note(told),
        ], now, held=True)


def waiting(training: Training, participant: Participant, person: Person, position: int, now: datetime) -> None:
    """All seats are taken; somebody waits."""
    with speaking(person.language):
        title = title_of(training)
        _post(participant, person, _("On the waiting list: %(title)s", title=title), [
            _("All seats of the training “%(title)s” are taken. You are number %(number)d on the waiting list.",
              title=title, number=position),
            _("As soon as a seat becomes free it is yours, in the order of registration, and we write to you. You need do nothing."),
            _own(participant, person),
        ], now)


def applied(training: Training, participant: Participant, person: Person, now: datetime) -> None:
    """A registration waits for the trainers."""
    with speaking(person.language):
        title = title_of(training)
        _post(participant, person, _("Registration received: %(title)s", title=title), [
            _("Your registration for the training “%(title)s” has arrived. The trainers look at it and then write to you.", title=title),
            _own(participant, person),
        ], now)


def refused(training: Training, participant: Participant, person: Person, now: datetime) -> None:
    """The trainers said no."""
    told = about(training)
    with speaking(person.language):
        title = title_of(training)
        _send(told, participant, person, _("Your registration could not be accepted: %(title)s", title=title), [
            _("We are sorry: your registration for the training “%(title)s” could not be accepted this time.", title=title),
            _("The courses of LocalGoals are open to you online at any time:"), link("/courses/", lang=person.language),
        ], now, held=False)


def withdrawn(training: Training, participant: Participant, person: Person, now: datetime) -> None:
    """A registration was taken back."""
    told = about(training)
    with speaking(person.language):
        title = title_of(training)
        _send(told, participant, person, _("Registration withdrawn: %(title)s", title=title), [
            _("Your registration for the training “%(title)s” has been withdrawn.", title=title),
            _("If this was a mistake, you can register again on your page while seats are left:"), _address(participant, person),
        ], now, held=False)


def declined(training: Training, participant: Participant, person: Person, now: datetime) -> None:
    """An invitation was declined: only who has entries in the calendar hears of it, so that they go."""
    if participant.calendar_sent is None:
        return
    told = about(training)
    with speaking(person.language):
        title = title_of(training)
        _send(told, participant, person, _("Invitation declined: %(title)s", title=title), [
            _("Thank you for your answer. The training is taken out of your calendar."),
            _("Should you be able to come after all, you can still register on your page:"), _address(participant, person),
        ], now, held=False)


def changed(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """Days, times or venue are others now."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        _send(told, participant, person, _("Changed: %(title)s", title=title), [
            _("The arrangements of the training “%(title)s” have changed. They are now:", title=title),
            _facts(told), _("The entries in your calendar change with this mail."), _own(participant, person),
        ], now, held=True, gone=True)


def cancelled(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """The training does not take place."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        _send(told, participant, person, _("Cancelled: %(title)s", title=title), [
            _("We are sorry: the training “%(title)s”, planned for %(days)s, has been cancelled.",
              title=title, days=days_text(training)),
            _("You need do nothing. The entries are taken out of your calendar."),
        ], now, held=False)


def reminder(training: Training, participant: Participant, person: Person, days: int, now: datetime, told: About | None = None) -> None:
    """The training begins in some days."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        first = _("The training “%(title)s” begins tomorrow.", title=title)
        if days > 1:
            first = _("The training “%(title)s” begins in %(days)d days.", title=title, days=days)
        cannot = _("If you cannot come, please withdraw on your page, so that somebody else gets the seat.")
        parts = [first, _facts(told), cannot, _own(participant, person)]
        _post(participant, person, _("Reminder: %(title)s", title=title), parts, now)


def ask_again(training: Training, participant: Participant, person: Person, now: datetime, told: About | None = None) -> None:
    """An invitation waits for its answer."""
    told = told or about(training)
    with speaking(person.language):
        title = title_of(training)
        parts = [
            _("We have not had your answer to the invitation to the training “%(title)s” yet.", title=title), _facts(told),
            _answering(training, person.language), _own(participant, person),
        ]
        _post(participant, person, _("Please answer: %(title)s", title=title), parts, now)


def own_page(training: Training, participant: Participant, person: Person, now: datetime) -> None:
    """Somebody asked for the link to their page: by an address that is known, whoever typed it."""
    with speaking(person.language):
        title = title_of(training)
        _post(participant, person, _("Your page: %(title)s", title=title), [
            _("Somebody, we hope you, entered this e-mail address to register for the training “%(title)s”.", title=title),
            _("Register, withdraw or see what to do on your own page:"), _address(participant, person),
            _("If it was not you, there is nothing to do."),
        ], now)


def _facts(told: About) -> str:
    """When, where and by whom, as a numbered notice."""
    training = told.training
    when = [session_text(each) for each in told.sessions] or [days_text(training)]
    where = [each for each in (training.venue, training.room, training.address) if each] or [_("not set yet")]
    blocks = [(_("When"), [*when, _("Times are those of the venue.")]), (_("Venue"), where)]
    if told.host:
        blocks.append((_("Host organisation"), [told.host]))
    if told.leads:
        blocks.append((_("Lead trainer"), [_(", ").join(told.leads)]))
    if training.accessibility:
        blocks.append((_("Getting in"), [training.accessibility]))
    return "\n\n".join("\n".join([_numbered(number, heading), *lines]) for number, (heading, lines) in enumerate(blocks, 1))


def _numbered(number: int, heading: str) -> str:
    """A Chinese notice counts 一、二、三."""
    return _("%(number)s. %(heading)s", number=_("1 2 3 4 5").split(" ")[number - 1], heading=heading)


def _answering(training: Training, language: str) -> str:
    if training.registers_until is None:
        return _("Please say on your own page whether you come.")
    zone = ZoneInfo(training.zone)
    until = moment_text(training.registers_until, language, zone)
    return _("Please say on your own page before %(moment)s whether you come.", moment=until)


def _what_now() -> str:
    return _("On your own page you find what to do before the training, and can tell us what you need: meals, access, interpretation.")


def _own(participant: Participant, person: Person) -> str:
    return _("Your own page (for you alone; please do not pass it on):") + "\n" + _address(participant, person)


def _address(participant: Participant, person: Person) -> str:
    return link(participant_url(participant.code), lang=person.language)


def _calendar_note(told: About) -> str:
    return _("The sessions are attached as entries for your calendar.") if told.sessions else ""


def _send(
    told: About, participant: Participant, person: Person, subject: str, parts: Sequence[str], now: datetime, *, held: bool,
    gone: bool = False,
) -> None:
    """A mail with the entries of the calendar: `held`, those of today (with `gone` also what was cancelled); else all are taken out."""
    to, training = address_of(person), told.training
    had, calendar = participant.calendar_sent is not None, ""
    participant.calendar_sent = training.calendar_sequence if held else None
    # Making entries takes longer than all the rest; most of those whom trainers list have no address.
    if to and (held or had):
        entry = entry_of(training, participant, person, to)
        dropped = told.gone if gone and had else ()
        calendar = calendar_entry.mailed(training, participant, entry, now, held=told.sessions, gone=dropped) if held \
            else calendar_entry.mailed(training, participant, entry, now, gone=[*told.sessions, *told.gone])
    queue(
        to=to, subject=subject, text=_letter(person, parts), language=person.language, now=now, person_id=person.id, calendar=calendar,
    )


def entry_of(training: Training, participant: Participant, person: Person, to: str = "") -> Entry:
    """What stands in the events of a participant, in the language in force; `to` is the address that a mail goes to."""
    here = settings()
    by = sender(here.mail_from)
    return Entry(
        title=title_of(training), about="", url=_address(participant, person), organizer=by.addr_spec,
        organizer_name=by.display_name or "LocalGoals", domain=here.mail_domain, attendee=to, attendee_name=person.name,
    )


def _post(participant: Participant, person: Person, subject: str, parts: Sequence[str], now: datetime) -> None:
    """A mail without a calendar."""
    queue(
        to=address_of(person), subject=subject, text=_letter(person, parts), language=person.language, now=now,
        person_id=participant.person_id,
    )


def _letter(person: Person, parts: Sequence[str]) -> str:
    return "\n\n".join([
        _("Dear %(name)s,", name=person.name), *(each for each in parts if each),
        _("This mail was sent automatically; answers to it are not read."), "LocalGoals\n" + settings().public_url,
    ]) + "\n"

