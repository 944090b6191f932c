"""The trail of acts: what an entry keeps, that it cannot be changed, and the chain."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from webapp.core import audit
from webapp.core.audit import ENTRIES, GENESIS, HEAD, AuditEntry, AuditIsAppendOnly
from webapp.core.audit_chain import AuditBroken, Fault, Link, verify, verify_next
from webapp.core.audit_cli import audit as audit_command
from webapp.core.audit_guards import CREATE, DROP, create_guards, drop_guards
from webapp.core.audit_origin import AuditChannel, network_of, through
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
ACTOR = UUID("01990000-0000-7000-8000-000000000001")


def act(number=0, **more):
    audit.record(**{"actor_id": ACTOR, "action": "role.granted", "subject": ("person", number), "now": NOON, **more})


def entries():
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.number).execution_options(populate_existing=True)))


@pytest.fixture
def entry(database):
    with unit_of_work():
        act(ACTOR, before=None, after={"role": "staff"})
    return entries()[0]


@pytest.fixture
def unguarded(database):
    """A database whose owner took the triggers away, to change what must not be changed."""
    drop_guards(db.session.connection())
    with unit_of_work():
        for number in range(6):
            act(number, before={"mark": number})
    return database


def tamper(statement):
    db.session.execute(statement)
    db.session.commit()


def test_an_act_is_kept_with_who_what_and_when(entry):
    assert (entry.action, entry.subject_kind, entry.subject_id) == ("role.granted", "person", str(entry.actor_id))
    assert (entry.at, entry.before, entry.after) == (NOON, None, {"role": "staff"})


def test_the_trail_outlives_the_person_it_names(entry):
    assert not AuditEntry.__table__.foreign_keys


def test_an_entry_cannot_be_changed(entry):
    entry.action = "nothing"
    with pytest.raises(AuditIsAppendOnly):
        db.session.flush()
    db.session.rollback()


def test_an_entry_cannot_be_deleted(entry):
    db.session.delete(entry)
    with pytest.raises(AuditIsAppendOnly):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("statement", [
    update(ENTRIES).values(action="x"), delete(ENTRIES), delete(HEAD), update(HEAD).values(number=HEAD.c.number - 1),
], ids=["change an entry", "delete an entry", "delete the head", "move the head back"])
def test_the_database_itself_refuses_to_change_the_trail(entry, statement):
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(statement)
    db.session.rollback()
    assert verify().number == 1


def test_the_trail_cannot_be_emptied_by_truncating(entry):
    if db.engine.dialect.name == "sqlite":
        return
    for table in ("audit_entries", "audit_head"):
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text(f"TRUNCATE {table}"))
        db.session.rollback()


def test_each_guard_that_is_made_can_be_taken_away_again(database):
    assert CREATE.keys() == DROP.keys()
    connection = db.session.connection()
    drop_guards(connection)
    connection.execute(delete(ENTRIES))
    create_guards(connection)


# From where

@pytest.mark.parametrize(("address", "network"), [
    ("203.0.113.77", "203.0.113.0/24"), ("2001:db8:7:8:9::1", "2001:db8:7::/48"), ("::ffff:203.0.113.77", "203.0.113.0/24"),
    ("fe80::1%eth0", "fe80::/48"), ("127.0.0.1", "127.0.0.0/24"), (None, None), ("", None), ("unix:", None), ("203.0.113", None),
])
def test_of_an_address_only_the_network_is_kept(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(("path", "channel"), [("/admin/roles/", AuditChannel.WEB), ("/api/v1/people", AuditChannel.API)])
def test_a_request_is_recorded_with_its_channel_and_network(database, path, channel):
    with database.test_request_context(path, environ_base={"REMOTE_ADDR": "198.51.100.23"}), unit_of_work():
        act()
    assert [(each.channel, each.network) for each in entries()] == [(channel, "198.51.100.0/24")]


def test_outside_a_request_it_is_a_command_or_a_job(database):
    with unit_of_work():
        act()
        with through(AuditChannel.JOB):
            act()
    assert [(each.channel, each.network) for each in entries()] == [(AuditChannel.COMMAND, None), (AuditChannel.JOB, None)]


# The chain

def test_entries_are_numbered_without_a_gap_and_each_hash_follows_the_one_before(database):
    for count in (1, 3):
        with unit_of_work():
            for number in range(count):
                act(number)
    found = entries()
    assert [each.number for each in found] == [1, 2, 3, 4]
    previous = GENESIS
    for each in db.session.execute(select(ENTRIES).order_by(ENTRIES.c.number)).mappings():
        assert audit.hash_of(previous, each) == each["hash"]
        previous = each["hash"]
    assert verify() == Link(4, previous)


def failing():
    with unit_of_work():
        act()
        raise ZeroDivisionError


def failing_savepoint():
    with db.session.begin_nested():
        act("lost")
        with db.session.begin_nested():
            act("lost too")
        raise ZeroDivisionError


def test_a_unit_of_work_that_fails_leaves_nothing_and_no_gap(database):
    for _time in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()
        with unit_of_work():
            act()
    assert [each.number for each in entries()] == [1, 2]
    assert verify().number == 2


def test_what_a_savepoint_recorded_goes_with_it(database):
    with unit_of_work():
        act("kept")
        with pytest.raises(ZeroDivisionError):
            failing_savepoint()
        with db.session.begin_nested():
            act("kept too")
    assert [each.subject_id for each in entries()] == ["kept", "kept too"]
    assert verify().number == 2


def test_who_reads_the_trail_inside_a_unit_of_work_finds_what_it_recorded(database):
    act("first")
    assert [each.subject_id for each in entries()] == ["first"]
    act("second")
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 2
    db.session.commit()
    assert verify().number == 2


def test_a_unit_of_work_pays_two_statements_for_the_chain_however_much_it_records(database, max_queries):
    with unit_of_work():
        act()
    for count in (1, 300):
        with max_queries(3) as seen, unit_of_work():
            for number in range(count):
                act(number)
        assert [statement.split()[0] for statement in seen] == ["SELECT", "INSERT", "UPDATE"]
    with max_queries(0), unit_of_work():
        pass


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.text(max_size=8) | st.floats(allow_nan=False)
    | st.just(ACTOR) | st.just(NOON),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)


@given(before=st.none() | st.dictionaries(st.text(max_size=8), values, max_size=4))
def test_whatever_is_recorded_comes_back_as_it_was_hashed(before):
    plain = audit._plain(before)
    assert json.loads(json.dumps(plain, sort_keys=True)) == plain
    assert audit._plain(plain) == plain
    assert "\0" not in json.dumps(plain, ensure_ascii=False)


def test_values_that_databases_spell_differently_keep_the_chain_whole(database):
    with unit_of_work():
        act(before={
            "mark": 36.50, "big": 1e16, "tiny": 5e-324, "int": 2**70, "none": None, "yes": True, "text": "王\0晓\ud800兰 \u2028 'x\"\\",
            "when": NOON, "who": ACTOR, "list": (1, {"b": 1, "a": 2}), "channel": AuditChannel.API, "": "", "z": {}, "é": "é",
        }, now=datetime(2026, 9, 14, 12, 0, 0, 123456, tzinfo=UTC) + timedelta(hours=8))
    assert verify().number == 1


@pytest.mark.parametrize(("column", "value"), [
    ("action", "role.revoked"), ("actor_id", None), ("subject_id", "9"), ("subject_kind", "place"),
    ("at", NOON + timedelta(microseconds=1)),
    ("before", {"mark": 99}), ("after", {}), ("channel", AuditChannel.API), ("network", "203.0.113.0/24"), ("place_id", ACTOR),
    ("hash", GENESIS), ("id", ACTOR),
])
def test_a_change_of_any_part_of_an_entry_is_found(unguarded, column, value):
    tamper(update(ENTRIES).where(ENTRIES.c.number == 3).values({column: value}))
    with pytest.raises(AuditBroken) as broken:
        verify()
    assert (broken.value.number, broken.value.fault) == (3, Fault.CHANGED)


def test_a_removed_entry_is_named(unguarded):
    tamper(delete(ENTRIES).where(ENTRIES.c.number == 4))
    with pytest.raises(AuditBroken) as broken:
        verify()
    assert (broken.value.number, broken.value.fault) == (4, Fault.MISSING)


def test_entries_cut_off_the_end_are_missed(unguarded):
    tamper(delete(ENTRIES).where(ENTRIES.c.number >= 5))
    with pytest.raises(AuditBroken) as broken:
        verify()
    assert (broken.value.number, broken.value.fault) == (5, Fault.CUT)


def test_an_entry_added_behind_the_head_is_found(unguarded):
    last = db.session.execute(select(ENTRIES).where(ENTRIES.c.number == 6)).mappings().one()
    row = {**last, "id": new_id(), "number": 7}
    tamper(ENTRIES.insert().values({**row, "hash": audit.hash_of(last["hash"], row)}))
    with pytest.raises(AuditBroken) as broken:
        verify()
    assert (broken.value.number, broken.value.fault) == (7, Fault.BEYOND)


def made_anew(number, **changes):
    """What somebody with all rights on the database can do: change an entry and make every later hash and the head fit."""
    previous = db.session.execute(select(ENTRIES.c.hash).where(ENTRIES.c.number == number - 1)).scalar() or GENESIS
    for row in list(db.session.execute(select(ENTRIES).where(ENTRIES.c.number >= number).order_by(ENTRIES.c.number)).mappings()):
        changed = {**row, **(changes if row["number"] == number else {})}
        previous = changed["hash"] = audit.hash_of(previous, changed)
        db.session.execute(update(ENTRIES).where(ENTRIES.c.number == row["number"]).values(changed))
    db.session.execute(update(HEAD).values(hash=previous))
    db.session.commit()


def test_a_chain_made_anew_as_a_whole_is_found_by_a_link_that_was_noted(unguarded):
    noted = verify()
    made_anew(2, action="x")
    assert verify().number == noted.number
    with pytest.raises(AuditBroken) as broken:
        verify(noted)
    assert (broken.value.number, broken.value.fault) == (6, Fault.ANCHOR)


def test_the_head_alone_cannot_be_put_elsewhere(unguarded):
    tamper(update(HEAD).values(hash=GENESIS))
    with pytest.raises(AuditBroken) as broken:
        verify()
    assert broken.value.fault is Fault.HEAD


def test_the_job_goes_on_where_it_ended(unguarded, max_queries):
    assert verify_next(NOON) == 6
    assert verify_next(NOON) == 0
    with unit_of_work():
        act()
    with max_queries(6):
        assert verify_next(NOON) == 1


def test_the_job_finds_that_what_it_had_verified_was_made_anew(unguarded):
    verify_next(NOON)
    made_anew(2, action="x")
    with pytest.raises(AuditBroken):
        verify_next(NOON)


def test_the_job_finds_a_change_in_what_is_new(unguarded):
    verify_next(NOON)
    with unit_of_work():
        act()
        act()
    tamper(update(ENTRIES).where(ENTRIES.c.number == 8).values(action="x"))
    with pytest.raises(AuditBroken) as broken:
        verify_next(NOON)
    assert broken.value.number == 8


def test_a_restored_database_without_its_head_goes_on_from_the_last_entry(unguarded):
    tamper(delete(HEAD))
    with unit_of_work():
        act()
    assert verify().number == 7


def test_an_empty_trail_holds(database):
    assert verify() == Link(0, GENESIS)
    assert verify_next(NOON) == 0


# Several workers

def test_workers_that_record_at_the_same_moment_make_one_chain(committed):
    start = threading.Barrier(4)

    def work(worker):
        with committed.app_context():
            start.wait()
            for number in range(5):
                with unit_of_work():
                    act(f"{worker}-{number}")
                    act(f"{worker}-{number}b")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert verify().number == 40


def test_two_units_of_work_that_wait_for_a_row_of_each_other_do_not_meet_at_the_head(committed):
    """The head is locked after every other row: the one that records first does not hold what the other needs."""
    held, recorded = threading.Event(), threading.Event()

    def first():
        with committed.app_context(), unit_of_work():
            act("first")
            recorded.set()
            assert held.wait(20)

    def second():
        assert recorded.wait(20)
        with committed.app_context():
            if db.engine.dialect.name == "postgresql":
                with unit_of_work():
                    act("second")
            held.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result(30)
    assert [each.subject_id for each in entries()][-1] == "first"
    assert verify().number == len(entries())


# The command

def run(app, *arguments):
    return CliRunner().invoke(audit_command, ["verify", *arguments], obj=lambda: app)


def test_the_command_prints_the_end_of_the_chain_which_a_later_run_takes(unguarded):
    result = run(unguarded)
    assert result.exit_code == 0, result.output
    noted = result.output.strip().rsplit(" ", 1)[1]
    with unit_of_work():
        act()
    assert "7 entries" in run(unguarded, "--anchor", noted).output
    made_anew(2, action="x")
    result = run(unguarded, "--anchor", noted)
    assert result.exit_code == 1
    assert "entry 6" in result.output
    assert run(unguarded, "--anchor", "6").exit_code == 2


def test_the_command_names_the_first_broken_entry(unguarded):
    tamper(update(ENTRIES).where(ENTRIES.c.number.in_((3, 5))).values(action="x"))
    result = run(unguarded)
    assert result.exit_code == 1
    assert "broken at entry 3" in result.output
    assert not isinstance(result.exception, SQLAlchemyError)
