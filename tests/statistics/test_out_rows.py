"""Row-level data: every event of the slice once, pseudonyms, names for administrators only, streamed in little memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections import Counter
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from tests.learning.fixtures import NOON
from tests.learning.small_course import SOIL
from tests.statistics.moments import SHOWN_AT
from webapp.accounts.models import Role
from webapp.accounts.services import grant_role
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.statistics import rows, snapshot
from webapp.statistics.answers import Source, source
from webapp.statistics.asking import read
from webapp.statistics.definitions import BY_KEY

MANY = 30_000
pytestmark = pytest.mark.usefixtures("small_courses")


def lines_of(data):
    read_ = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert read_
    return read_


def taken(found, *, with_names=False, **query):
    part = read(MultiDict(query), None, found, now=SHOWN_AT).part
    return lines_of(b"".join(rows.written(found, part, with_names=with_names)))


def column(lines, at):
    return [list(line.values())[at] for line in lines]


def test_the_snapshot_and_the_events_give_the_same_rows(database, people):
    plain = taken(Source(SHOWN_AT), with_names=True)
    snapshot.refresh(SHOWN_AT, anew=True)
    quick = taken(source(SHOWN_AT), with_names=True)

    def told(lines):
        return Counter((*list(line.values())[:-2], list(line.values())[-1]) for line in lines)

    assert told(plain) == told(quick)


def test_rows_count_what_the_figures_count(database, people):
    snapshot.refresh(SHOWN_AT, anew=True)
    found = source(SHOWN_AT)
    for query in ({}, {"course": SOIL}, {"period": "2026-09"}, {"place": str(people.places.city.id)}):
        part = read(MultiDict(query), None, found, now=SHOWN_AT).part
        whole = found.total(part, [BY_KEY["enrolled"], BY_KEY["views"]])
        lines = taken(found, **query)
        enrolled = [line for line in lines if next(iter(line.values())) in ("enrolled", "报名")]
        assert len({list(line.values())[-1] for line in enrolled}) == whole["enrolled"]


def test_who_completed_a_course_did_not_complete_a_training(database, people):
    snapshot.refresh(SHOWN_AT, anew=True)
    for found in (Source(SHOWN_AT), source(SHOWN_AT)):
        assert "completed a course" in column(taken(found), 0)
        assert "completed a training" not in column(taken(found), 0)


def test_a_person_has_one_pseudonym_a_file_and_another_in_the_next(database, people):
    one, other = taken(Source(SHOWN_AT)), taken(Source(SHOWN_AT))
    mine = {line[list(line)[2]]: list(line.values())[-1] for line in one}
    assert len(set(column(one, -1))) == 3
    assert not set(column(one, -1)) & set(column(other, -1))
    text = str(one)
    for person in (people.learner, people.second_learner):
        assert person.name not in text
        assert str(person.id) not in text
    assert len(mine) == 3


def test_places_stand_with_code_and_names_and_hostile_names_are_harmless(database, people):
    people.learner.name = "=cmd()"
    db.session.flush()
    lines = taken(Source(SHOWN_AT), with_names=True)
    first = next(line for line in lines if line[list(line)[2]] == "130102")
    assert list(first.values())[-1] == "'=cmd()"
    assert len(list(first.values())[3]) > 0


def test_many_rows_take_little_memory_and_begin_at_once(app, cast):
    people = [cast.ids["learner"], cast.ids["second_learner"]]
    base = {
        "kind": EventKind.VIEWED, "place_id": cast.places.county.id, "place_path": cast.places.county.path, "language": "en",
        "device": Device.PHONE, "channel": Channel.ONLINE, "recorded_at": NOON, "course_id": "water",
    }
    db.session.execute(ParticipationEvent.__table__.insert(), [
        {**base, "id": new_id(), "person_id": people[number % 2], "happened_at": NOON + timedelta(seconds=number), "source": f"t:{number}"}
        for number in range(MANY)
    ])
    snapshot.refresh(SHOWN_AT, anew=True)
    found = source(SHOWN_AT)
    part = read(MultiDict(), None, found, now=SHOWN_AT).part
    stream = rows.written(found, part, with_names=False)
    assert next(stream).count(b"\n") == 1, "the titles come before anything is counted"
    tracemalloc.start()
    try:
        count = sum(piece.count(b"\n") for piece in stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == MANY
    # All of them at once are 15 MB.
    assert peak < 9_000_000


# --- Screens ------------------------------------------------------------------------------------------------------------------


def test_the_download_needs_a_reason_and_is_noted_with_it(login_as, people):
    staff = login_as("staff")
    place = people.places.city.id
    assert staff.get(f"/statistics/rows?place={place}&lang=en").status_code == 200
    assert staff.get("/statistics/rows.csv").status_code == 405
    refused = staff.post(f"/statistics/rows.csv?place={place}&lang=en", data={})
    assert refused.status_code == 400
    assert "Please say what the rows are for." in refused.text
    answer = staff.post(f"/statistics/rows.csv?place={place}&lang=en", data={"reason": "check"}, buffered=True)
    assert answer.status_code == 200
    assert "Content-Length" not in answer.headers
    assert {line["City"] for line in lines_of(answer.data)} == {"Shijiazhuang City"}
    entry = db.session.query(AuditEntry).filter_by(action="statistics.rows_exported").one()
    assert entry.after == {"filters": {"place": str(place)}, "people": "pseudonyms", "reason": "check"}
    assert (entry.actor_id, entry.place_id) == (people.ids["staff"], place)


def test_names_are_for_administrators_and_their_places(login_as, people):
    wanted = {"reason": "follow-up", "people": "names"}
    assert login_as("staff").post("/statistics/rows.csv", data=wanted).status_code == 403
    names = login_as("administrator").post("/statistics/rows.csv?lang=en", data=wanted, buffered=True)
    assert people.learner.name in names.data.decode()
    grant_role(person=people.other_county, role=Role.ADMINISTRATOR, place=people.places.second_county, now=NOON, actor_id=None)
    db.session.commit()
    both = login_as("other_county")
    found = {line["County"] for line in lines_of(both.post("/statistics/rows.csv?lang=en", data=wanted, buffered=True).data)}
    assert found == {"Qiaoxi District"}, "staff of one place, administrator of another"
    assert login_as("administrator").post("/statistics/rows.csv", data={**wanted, "people": "all"}).status_code == 400


def test_wrong_questions_and_others_places_are_refused(login_as, people):
    officer = login_as("other_county")
    for query in (f"place={people.places.county.id}", "colour=red", "period=2026-13"):
        assert officer.get(f"/statistics/rows?{query}").status_code == 400
        assert officer.post(f"/statistics/rows.csv?{query}", data={"reason": "check"}).status_code == 400


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_there_are_no_rows(login_as, who):
    assert login_as(who).get("/statistics/rows").status_code == 404
    assert login_as(who).post("/statistics/rows.csv", data={"reason": "check"}).status_code == 404
