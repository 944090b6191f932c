"""Two requests at the same moment, with real commits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import func, select

from tests.accounts.conftest import NEW_PASSWORD
from tests.cast import plant_places
from webapp.accounts import passwords, services, services_links
from webapp.accounts.errors import LinkUsed
from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def at_once(app, deed, count=4):
    """Results of a deed done in several threads, or the error of each."""

    def run(number):
        with app.app_context():
            try:
                with unit_of_work():
                    return deed(number)
            except LinkUsed as error:
                return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def count_of(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_link_that_is_pressed_four_times_at_once_makes_one_account(committed, monkeypatch):
    monkeypatch.setattr(services_links.tokens, "new_token", lambda: "the-token")
    with unit_of_work():
        services_links.ask_to_join(
            name="王晓兰", email="wang@example.org", password_hash=passwords.hashed(NEW_PASSWORD), language="en", next_path="", now=NOON,
        )
    results = at_once(committed, lambda _number: services_links.confirm(token="the-token", time_zone="Asia/Shanghai", now=NOON))
    assert sorted(isinstance(each, LinkUsed) for each in results) == [False, True, True, True]
    assert count_of(Person) == 1


def test_two_links_for_one_address_at_once_make_one_account(committed, monkeypatch):
    tokens = iter(["token-0", "token-1", "token-2", "token-3"])
    monkeypatch.setattr(services_links.tokens, "new_token", lambda: next(tokens))
    with unit_of_work():
        for _ in range(4):
            services_links.ask_to_join(name="王晓兰", email="wang@example.org", password_hash="x", language="en", next_path="", now=NOON)
    results = at_once(committed, lambda number: services_links.confirm(token=f"token-{number}", time_zone="Asia/Shanghai", now=NOON))
    assert sorted(isinstance(each, LinkUsed) for each in results) == [False, True, True, True]
    assert count_of(Person) == 1


def test_four_colleagues_enter_their_new_office_at_once_and_share_it(committed):
    with unit_of_work():
        place_id = plant_places().county.id

    def enter(_number):
        return services.organisation_named(name="水务局", type=OrganisationType.GOVERNMENT, place_id=place_id, now=NOON).id

    assert len(set(at_once(committed, enter))) == 1
    assert count_of(Organisation) == 1
