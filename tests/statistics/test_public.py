"""The public page: only what was closed and published, small groups withheld, the same as open data, no sign-in."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.core import clock
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.statistics import described, public, publications
from webapp.statistics.editions import TOTAL
from webapp.statistics.models import ClosedPeriod

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def close(cast, first=date(2026, 9, 1), last=date(2026, 9, 30), cut_off=NOON + timedelta(days=20)) -> ClosedPeriod:
    period = ClosedPeriod(
        id=new_id(), first=first, last=last, cut_off=cut_off, figures={"": {"views": 1}}, closed_by_id=cast.ids["staff"], closed_at=cut_off,
    )
    db.session.add(period)
    db.session.flush()
    return period


def enrolled(cast, who: str, place: str = "county", at: datetime = NOON, **columns) -> None:
    where = getattr(cast.places, place)
    db.session.add(ParticipationEvent(
        id=new_id(), kind=EventKind.ENROLLED, person_id=cast.ids[who], happened_at=at, recorded_at=at, source=str(new_id()),
        course_id="water", place_id=where.id, place_path=where.path, language="en", device=Device.PHONE, channel=Channel.ONLINE, **columns,
    ))
    db.session.flush()


def test_before_anything_is_published_the_page_says_so(client, cast):
    close(cast)
    db.session.commit()
    page = client.get("/statistics/public?lang=en")
    assert page.status_code == 200
    assert "No figures have been published yet" in page.text
    assert client.get("/statistics/public.csv").status_code == 404


def publish(cast, period: ClosedPeriod) -> None:
    publications.publish(row=period, actor_id=cast.ids["staff"], now=clock.now())
    db.session.commit()
    publications.carry_out_due(clock.now())


@pytest.fixture
def september(cast):
    for who in ("learner", "second_learner", "staff", "outsider", "other_county", "trainer"):
        enrolled(cast, who, sex="female", position_level=30)
    enrolled(cast, "author", sex="male", position_level=30)
    period = close(cast)
    publish(cast, period)
    return period


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_published_period_is_open_to_everybody_with_its_definitions_and_its_age(client, september, language):
    page = client.get(f"/statistics/public?lang={language}").text
    assert "CC BY 4.0" in page
    assert ("As of" if language == "en" else "截至") in page
    assert 'id="def-attended"' in page


def test_small_groups_are_withheld_on_the_page_and_in_the_files(client, september):
    rows = list(csv.DictReader(io.StringIO(client.get("/statistics/public.csv").text.lstrip("\ufeff"))))
    assert all(row["number"] == "" or int(row["number"]) == 0 or int(row["number"]) >= 5 for row in rows if row["figure"] == "enrolled")
    male = next(row for row in rows if (row["table"], row["row"], row["figure"]) == ("sex", "male", "enrolled"))
    assert (male["number"], male["status"]) == ("", "withheld")
    told = json.loads(client.get("/statistics/public.json").text)
    said = [(row["table"], row["row"], row["figure"], "" if row["number"] is None else str(row["number"])) for row in told["numbers"]]
    assert said == [(row["table"], row["row"], row["figure"], row["number"]) for row in rows]
    assert told["licence"]["name"] == "CC BY 4.0"
    assert told["cut_off"] == "2026-10-04T04:00:00Z"


def test_what_is_published_stays_whatever_is_recorded_later(client, cast, september):
    before = client.get("/statistics/public.csv").text
    enrolled(cast, "administrator", at=NOON + timedelta(days=1))
    with unit_of_work():
        publications.withdraw(row=september, actor_id=cast.ids["staff"], now=clock.now())
    publish(cast, september)
    assert client.get("/statistics/public.csv").text == before


def test_a_longer_period_does_not_tell_by_its_difference_who_came_later(client, cast, september):
    enrolled(cast, "administrator", at=NOON + timedelta(days=25), sex="female", position_level=30)
    autumn = close(cast, last=date(2026, 10, 31), cut_off=NOON + timedelta(days=60))
    publish(cast, autumn)
    assert public.edition(autumn).numbers["enrolled", TOTAL, ""] == public.edition(september).numbers["enrolled", TOTAL, ""] + 1
    shown = {place for made in (public.edition(september), public.edition(autumn)) for place in made.withheld if place[0] == "enrolled"}
    assert ("enrolled", TOTAL, "") in shown, "the one who came in October would be told by subtraction"
    assert client.get("/statistics/public?from=2026-09-01&to=2026-10-31").status_code == 200


def test_a_period_that_is_not_published_does_not_exist(client, cast, september):
    close(cast, first=date(2026, 1, 1))
    db.session.commit()
    assert client.get("/statistics/public?from=2026-01-01&to=2026-09-30").status_code == 404


def test_the_age_and_the_note_on_withholding_stand_on_the_page(client, september):
    text = client.get("/statistics/public?lang=en").text
    assert "A dash stands for a number that is not published" in text
    assert "not ranked" in text


@pytest.mark.parametrize(("first", "last", "said"), [
    (date(2026, 7, 1), date(2026, 9, 30), "Q3 2026"), (date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
    (date(2026, 10, 1), date(2026, 12, 31), "Q4 2026"), (date(2026, 7, 1), date(2026, 9, 29), "from 1 July 2026 to 29 September 2026"),
    (date(2026, 8, 1), date(2026, 10, 31), "from 1 August 2026 to 31 October 2026"),
    (date(2026, 1, 1), date(2026, 12, 31), "from 1 January 2026 to 31 December 2026"),
])
def test_quarters_and_months_have_names(app, first, last, said):
    with speaking("en"):
        assert described.name_of_period(first, last) == said
