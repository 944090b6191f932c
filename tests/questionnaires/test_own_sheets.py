"""One's own sheets: taken along, erased, and what becomes of them when two rows are one person."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.questionnaires.conftest import NOW
from webapp.accounts import services_erasure
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import MergeAsked, OwnDataAsked, PeopleMerged, PeopleParted
from webapp.core.storage import StoredFile
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import own_data, own_merge, services
from webapp.questionnaires.models import (
    ExerciseSheet,
    MemberRole,
    Sheet,
    SheetCell,
    SheetChange,
    SheetComment,
    SheetFile,
    SheetMember,
)


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def put_file(sheet_id, person_id):
    row = StoredFile(
        id=new_id(), sha256="a" * 64, size=3, name="王晓兰.pdf", media_type="application/pdf", person_id=person_id, stored_at=NOW,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(SheetFile(file_id=row.id, sheet_id=sheet_id, field_id="proof"))
    db.session.commit()
    return row.id


def parts(sheet_id):
    return {row.person_id: row.role for row in db.session.scalars(select(SheetMember).where(SheetMember.sheet_id == sheet_id))}


def erase(cast, name):
    with unit_of_work():
        services_erasure.erase(person_id=cast.ids[name], keep_certificates=True, actor_id=cast.ids[name], now=NOW)
    db.session.expire_all()


def test_own_data_hold_sheets_words_and_files(database, desk, cast):
    desk.send(("plan-name", "Plan"))
    desk.client.post(f"{desk.url}comments", data={"at": "plan-name", "text": "Is it in force?"})
    put_file(desk.id, cast.ids["learner"])
    tables = {each.key: each for each in own_data.tables(OwnDataAsked(cast.ids["learner"], None))}
    assert tables["sheets"].rows[0]["questionnaire_id"] == "county-plan"
    assert tables["sheet-changes"].rows[0]["value"] == "Plan"
    assert tables["sheet-values"].rows[0]["value"] == "Plan"
    assert tables["sheet-comments"].rows[0]["text"] == "Is it in force?"
    assert tables["files"].rows[0]["name"] == "王晓兰.pdf"
    assert not any(each.rows for each in own_data.tables(OwnDataAsked(cast.ids["outsider"], None)))


def test_with_the_only_member_a_sheet_goes_with_its_files(database, desk, cast):
    desk.send(("plan-name", "王晓兰的规划"))
    put_file(desk.id, cast.ids["learner"])
    erase(cast, "learner")
    for table in (Sheet, SheetCell, SheetChange, SheetMember, SheetFile, StoredFile):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0, table


def test_a_groups_sheet_keeps_the_words_without_the_name_and_gets_another_owner(database, desk, mate, cast):
    desk.send(("plan-name", "Plan"))
    file_id = put_file(desk.id, cast.ids["learner"])
    erase(cast, "learner")
    assert parts(desk.id) == {cast.ids["second_learner"]: MemberRole.OWNER}
    assert mate.values["plan-name"] == "Plan"
    assert db.session.get_one(StoredFile, file_id).person_id is None
    page = mate.client.get(f"{mate.url}history?lang=en").text
    assert "a person who was erased" in page
    assert "王晓兰" not in page
    assert mate.client.get("/sheets/?lang=en").status_code == 200


def test_who_writes_inherits_before_who_comments(database, desk, cast):
    with unit_of_work():
        services.give_part(sheet=desk.sheet, person_id=cast.ids["trainer"], role=MemberRole.COMMENTER, now=NOW)
        services.give_part(sheet=desk.sheet, person_id=cast.ids["second_learner"], role=MemberRole.EDITOR, now=NOW)
    erase(cast, "learner")
    assert parts(desk.id) == {cast.ids["trainer"]: MemberRole.COMMENTER, cast.ids["second_learner"]: MemberRole.OWNER}


@pytest.fixture
def doubled(desk, mate, begin, cast):
    """The learner and the second learner are one: a sheet of both, and one of the second alone."""
    mate.send(("plan-name", "By the second"))
    mate.client.post(f"{mate.url}comments", data={"at": "plan-name", "text": "Mine"})
    alone = begin(cast.second_learner)
    with unit_of_work():
        db.session.add(ExerciseSheet(person_id=cast.ids["second_learner"], course_id="c", step_id="s", sheet_id=alone))
    return desk.id, alone


def state():
    """Everything that names a person in this room."""
    return (
        sorted((str(row.sheet_id), str(row.person_id), row.role) for row in db.session.scalars(select(SheetMember))),
        sorted((row.path, str(row.person_id)) for row in db.session.scalars(select(SheetChange))),
        sorted((row.path, str(row.person_id)) for row in db.session.scalars(select(SheetCell))),
        sorted(str(row.person_id) for row in db.session.scalars(select(SheetComment))),
        sorted((row.step_id, str(row.person_id)) for row in db.session.scalars(select(ExerciseSheet))),
    )


@pytest.mark.parametrize(("kept", "gone"), [("learner", "second_learner"), ("second_learner", "learner")])
def test_two_rows_become_one_and_two_again(database, doubled, cast, kept, gone):
    both, alone = doubled
    before = state()
    kept_id, gone_id = cast.ids[kept], cast.ids[gone]
    assert own_merge.answer(MergeAsked(kept_id, gone_id)).points
    event = PeopleMerged(kept_id, gone_id, NOW)
    with unit_of_work():
        own_merge.merge(event)
    assert parts(both)[kept_id] is MemberRole.OWNER
    assert list(parts(both).values()).count(MemberRole.OWNER) == 1
    assert parts(alone) == {kept_id: MemberRole.OWNER}
    assert {row.person_id for row in db.session.scalars(select(SheetChange))} == {kept_id}
    with unit_of_work():
        own_merge.part(PeopleParted(kept_id, gone_id, NOW, event.moved))
    assert state() == before
