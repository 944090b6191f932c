"""Codes, tries and invitations in several workers at the same moment, with real commits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from tests.accounts.test_at_once import at_once
from webapp.accounts import passwords, sealing, services, services_invitations, services_second_factor, totp, tries
from webapp.accounts.models import Person, SignIn
from webapp.accounts.models_invitations import InvitationCode, InvitationUse
from webapp.accounts.models_signing import HalfSignIn, SecondFactor
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import TooManyRequests
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
UNTIL = NOON + timedelta(days=1)
SECRET = b"12345678901234567890"


def account():
    """The sign-in of somebody with a second factor whose secret is known."""
    with unit_of_work():
        person = services.create_person(name="王晓兰", language="en", now=NOON)
        sign_in = services.create_sign_in(person=person, email="wang@example.org", password_hash=passwords.NOBODY, verified=True, now=NOON)
        sealed = sealing.seal(SECRET, key=settings().signing_key, purpose=services_second_factor.PURPOSE, row=sign_in.id.bytes)
        db.session.add(SecondFactor(sign_in_id=sign_in.id, sealed_secret=sealed, created_at=NOON, confirmed_at=NOON, last_step=0))
        return sign_in.id


def code_for(most):
    row = services_invitations.make_for_group(place=None, organisation=None, most_uses=most, until=UNTIL, actor_id=None, now=NOON)
    return row.id


def test_one_code_in_four_workers_is_taken_once(committed):
    own = account()
    code = totp.code_at(SECRET, totp.step_of(NOON))
    taken = at_once(committed, lambda _n: services_second_factor.accepts(sign_in_id=own, code=code, now=NOON))
    assert sorted(taken) == [False, False, False, True]


def test_one_recovery_code_in_four_workers_is_taken_once(committed):
    own = account()
    with unit_of_work():
        code = services_second_factor.new_recovery_codes(sign_in_id=own, now=NOON)[0]
    taken = at_once(committed, lambda _n: services_second_factor.accepts(sign_in_id=own, code=code, now=NOON))
    assert sorted(taken) == [False, False, False, True]


def test_one_half_way_in_four_workers_is_finished_once(committed):
    own = account()
    with unit_of_work():
        half_id = services_second_factor.go_halfway(sign_in_id=own, next_path="", now=NOON)
    half = services_second_factor.Halfway(half_id, own, "")

    def finish(_number):
        try:
            services_second_factor.finish(half, NOON)
        except services_second_factor.HalfwayOver:
            return False
        return True

    assert sorted(at_once(committed, finish)) == [False, False, False, True]
    assert db.session.scalar(select(func.count()).select_from(HalfSignIn)) == 1


def test_wrong_codes_are_counted_across_workers(committed):
    now = clock.now()

    def attempt(_number):
        try:
            tries.count_second_factor(sign_in="one", now=now)
        except TooManyRequests:
            return "refused"
        return "counted"

    results = [result for _ in range(3) for result in at_once(committed, attempt)]
    assert results.count("counted") == 5


def test_the_last_place_of_an_invitation_is_taken_once(committed):
    with unit_of_work():
        people = [services.create_person(name=f"王晓兰{number}", language="en", now=NOON).id for number in range(4)]
        invitation = code_for(1)

    def join(number):
        return services_invitations.use(invitation_id=invitation, person_id=people[number], now=NOON) is not None

    assert sorted(at_once(committed, join)) == [False, False, False, True]
    assert db.session.get(InvitationCode, invitation).uses == 1
    assert db.session.scalar(select(func.count()).select_from(InvitationUse)) == 1


def test_one_person_who_joins_four_times_at_once_counts_once(committed):
    with unit_of_work():
        person = services.create_person(name="王晓兰", language="en", now=NOON).id
        invitation = code_for(9)
    at_once(committed, lambda _n: services_invitations.use(invitation_id=invitation, person_id=person, now=NOON) is not None)
    assert db.session.get(InvitationCode, invitation).uses == 1
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0
