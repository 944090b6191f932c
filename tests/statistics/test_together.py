"""Several statements asked as one give the rows that each gives by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.courses.models import ContentRevision, RevisionKind
from webapp.places.models import Place
from webapp.statistics.together import Wanted, ask

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def test_rows_keep_their_types_their_order_and_their_statement_in_one_query(database, cast, max_queries):
    db.session.add(ContentRevision(hash="0" * 64, kind=RevisionKind.QUESTION, content={"number": [1, None]}, stored_at=NOW))
    db.session.flush()
    statements = (
        select(Person.id, Person.name).order_by(Person.sort_key.desc(), Person.id).limit(3),
        select(func.count()).select_from(Place),
        select(ContentRevision.kind, ContentRevision.stored_at, ContentRevision.content, ContentRevision.hash),
        select(Place.names, Place.path, Place.id, Place.parent_id, Place.code).order_by(Place.path),
        select(Person.id).where(Person.id.in_([])),
        select(Person.name, Person.place_id, Person.id).where(Person.name == "nobody"),
    )
    alone = [[tuple(row) for row in db.session.execute(each)] for each in statements]
    assert [len(each) for each in alone] == [3, 1, 1, len(vars(cast.places)), 0, 0]
    with max_queries(1):
        first, rest = ask(Wanted(statements[:1], list), Wanted(statements[1:], lambda *rows: list(rows)))
    assert [first, *rest] == alone


def test_what_is_wanted_by_itself_is_made_of_its_rows(database, cast):
    assert Wanted((select(Place.code).order_by(Place.code),), lambda rows: rows[0]).answer() == ("130000",)
