"""Lists: search, filters, order, pages; what a form may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from webapp.core import listing as lists
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.listing import BadQuery, Column, Filter, Listing
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.mail.services import queue
from webapp.core.selection import NothingChosen, SelectionChanged, TooManyChosen, choose, reopen
from webapp.core.ui.cells import list_rows

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


def load(keys):
    found = {mail.id: mail for mail in db.session.scalars(select(OutboxMail).where(OutboxMail.id.in_(keys)))}
    return [found[key] for key in keys]


STATES = [(each.value, each.value) for each in MailState]
MAILS = Listing(
    name="mails", title="Mails", source=select(OutboxMail.id), key=OutboxMail.id, load=load, sort="subject", size=3,
    search=lambda text: OutboxMail.subject.contains(text, autoescape=True),
    columns=(
        Column("subject", "Subject", lambda mail: mail.subject, sort=OutboxMail.subject),
        Column("made", "Made", lambda mail: mail.created_at, sort=OutboxMail.created_at, indexed=True),
        Column("to", "To", lambda mail: mail.recipient),
    ),
    filters=(
        Filter("state", "State", lambda value: OutboxMail.state == MailState(value), lambda: STATES),
    ),
)


@pytest.fixture
def mails(database):
    rows = [
        queue(to=f"{subject}@example.org", subject=subject, text="x", language="en", now=NOON + timedelta(minutes=number))
        for number, subject in enumerate(["d", "b", "a", "c", "50%", "5050"])
    ]
    rows[0].state = MailState.FAILED
    db.session.flush()
    return rows


def subjects(query, listing=MAILS):
    return [mail.subject for mail in listing.page(listing.asked(query)).rows]


def test_a_list_orders_as_asked_and_turns_its_pages(mails):
    assert subjects({}) == ["50%", "5050", "a"]
    assert subjects({"page": "2"}) == ["b", "c", "d"]
    assert subjects({"sort": "-made"}) == ["5050", "50%", "c"]
    page = MAILS.page(MAILS.asked({"page": "99"}))
    assert (page.paging.number, page.paging.total, [mail.subject for mail in page.rows]) == (2, 6, ["b", "c", "d"])


def test_search_and_filters_narrow_together_and_wildcards_are_plain_text(mails):
    assert subjects({"q": "50%"}) == ["50%"]
    assert subjects({"state": "failed"}) == ["d"]
    assert subjects({"state": "failed", "q": "a"}) == []


@pytest.mark.parametrize("query", [{"sort": "recipient"}, {"sort": "to"}, {"sort": "-"}])
def test_an_order_that_the_list_does_not_offer_is_refused(query):
    with pytest.raises(BadQuery):
        MAILS.asked(query)


def test_a_filter_value_that_nobody_knows_is_refused_rather_than_ignored(mails):
    with pytest.raises(BadQuery):
        MAILS.page(MAILS.asked({"state": "lost"}))


def test_past_what_is_counted_only_indexed_orders_are_given(mails, monkeypatch):
    monkeypatch.setattr(lists, "COUNTED", 4)
    page = MAILS.page(MAILS.asked({}))
    assert page.capped
    assert page.resorted
    assert [mail.id for mail in page.rows] == sorted((mail.id for mail in mails), reverse=True)[:3]
    made = MAILS.page(MAILS.asked({"sort": "made"}))
    assert (made.capped, made.resorted) == (True, False)
    assert [mail.subject for mail in made.rows] == ["d", "b", "a"]
    assert not MAILS.page(MAILS.asked({"q": "50"})).capped


def test_a_page_costs_the_same_for_few_rows_and_many(mails, max_queries):
    for _number in range(200):
        queue(to="x@example.org", subject="more", text="x", language="en", now=NOON)
    db.session.flush()
    with max_queries(2):
        MAILS.page(MAILS.asked({}))


def test_files_hold_every_row_in_the_order_of_the_screen(mails):
    db.session.commit()
    assert [mail.subject for mail in MAILS.rows(MAILS.asked({"sort": "-subject"}))] == ["d", "c", "b", "a", "5050", "50%"]


def test_a_selection_comes_back_for_the_same_person_list_and_deed_only(mails):
    actor, other = mails[0].id, mails[1].id
    ticked = MultiDict([("id", str(mails[2].id)), ("id", "no id"), ("id", "00000000-0000-7000-8000-000000000000")])
    chosen = choose(MAILS, ticked, actor_id=actor, action="retry")
    assert chosen.keys == [mails[2].id]
    assert reopen(MAILS, chosen.token, actor_id=actor, action="retry").keys == chosen.keys
    for who, deed, token in ((other, "retry", chosen.token), (actor, "delete", chosen.token), (actor, "retry", chosen.token + "x")):
        with pytest.raises(SelectionChanged):
            reopen(MAILS, token, actor_id=who, action=deed)


def test_all_that_match_must_still_be_the_same_at_the_deed(mails):
    actor = mails[0].id
    chosen = choose(MAILS, MultiDict({"all": "1", "state": "waiting"}), actor_id=actor, action="retry")
    assert len(chosen.keys) == 5
    assert reopen(MAILS, chosen.token, actor_id=actor, action="retry").keys == chosen.keys
    mails[1].state = MailState.SENT
    db.session.flush()
    with pytest.raises(SelectionChanged):
        reopen(MAILS, chosen.token, actor_id=actor, action="retry")


def test_choosing_nothing_or_too_much_is_refused(mails, monkeypatch):
    with pytest.raises(NothingChosen):
        choose(MAILS, MultiDict(), actor_id=mails[0].id, action="retry")
    monkeypatch.setattr("webapp.core.selection.COUNTED", 5)
    with pytest.raises(TooManyChosen):
        choose(MAILS, MultiDict({"all": "1"}), actor_id=mails[0].id, action="retry")


def test_rows_are_escaped_once_and_shown_by_the_kind_of_their_value(app):
    @dataclass(frozen=True)
    class Row:
        id: str
        name: str
        count: int
        day: date
        at: datetime

    columns = (
        Column("name", "Name", lambda row: row.name, link=lambda row: f"/x?a=1&b={row.id}"),
        Column("count", "A & B", lambda row: row.count), Column("day", "Day", lambda row: row.day),
        Column("at", "At", lambda row: row.at), Column("none", "None", lambda row: ""),
        Column("state", "State", lambda row: row.name, state=lambda row: "done"),
    )
    page = SimpleNamespace(columns=columns, rows=[Row('1"', "<b>Li & Wu</b>", 1234, date(2026, 9, 14), NOON)])
    with app.test_request_context("/"), speaking("en"):
        html = str(list_rows(page, "id"))
    assert html.count("&lt;b&gt;Li &amp; Wu&lt;/b&gt;") == 3
    assert "&amp;amp;" not in html
    for piece in (
        '<a href="/x?a=1&amp;b=1&#34;">', 'data-label="A &amp; B">1,234</td>', '<time datetime="2026-09-14">14 September 2026</time>',
        'value="1&#34;"', '<span class="muted">–</span>', '<span class="badge mark" data-state="done"><span>&lt;b&gt;',
    ):
        assert piece in html
