from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questionnaires.conftest import Desk
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import COLUMN_TYPES, FieldType
from webapp.questionnaires import drafting, library
from webapp.questionnaires.models import QuestionnaireDraft

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from flask.testing import FlaskClient

EDIT = "/questionnaires/village/edit?lang=en"
PART = "/questionnaires/village/part?lang=en&key="
ACTS = st.tuples(
    st.sampled_from(["section", "add", "up", "down", "remove", "duplicate"]), st.integers(0, 30), st.sampled_from(list(FieldType)),
)


@pytest.fixture
def author(login_as: Callable[[str], FlaskClient]) -> FlaskClient:
    """An author with an empty draft."""
    client = login_as("author")
    form = {"id": "village", "title.en": "Village", "title.zh-Hans": "村", "kind": "worksheet", "languages": ["zh-Hans", "en"]}
    assert client.post("/questionnaires/new", data=form).status_code == 303
    return client


def draft() -> QuestionnaireDraft:
    return db.session.get_one(QuestionnaireDraft, "village", populate_existing=True)


def complete(client: FlaskClient) -> None:
    client.post(EDIT, data={"act": "add", "part": ":part-1", "type": "text", "version": 1})
    client.post(PART, data={
        "title.en": "Village", "title.zh-Hans": "村", "summary.en": "For villages", "summary.zh-Hans": "村用",
        "kind": "worksheet", "minutes": "9", "version": 2,
    })
    client.post(PART + ":part-1", data={"id": "part-1", "title.en": "One", "title.zh-Hans": "一", "version": 3})
    client.post(PART + "text", data={"id": "village-name", "label.en": "Name", "label.zh-Hans": "名称", "limit": "50", "version": 4})


@pytest.mark.usefixtures("database")
def test_an_author_writes_a_questionnaire_and_publishes_it(author: FlaskClient) -> None:
    complete(author)
    page = author.get(EDIT).text
    assert "village-name" in page
    assert "to mend" not in page
    assert "village-name" in author.get("/questionnaires/village/publish?lang=en").text
    assert author.post("/questionnaires/village/publish", data={"version": 5}).status_code == 303
    volume = library.volume("village")
    assert volume is not None
    assert [each.id for each in volume.questionnaire.fields] == ["village-name"]
    assert "published" in author.get("/questionnaires/village/publish?lang=en").text
    author.post("/questionnaires/village/publish", data={"act": "withdraw"})
    assert library.volume("village") is None


@pytest.mark.usefixtures("database")
def test_an_incomplete_draft_says_what_is_missing_and_is_not_published(author: FlaskClient) -> None:
    assert "to mend" in author.get(EDIT).text
    author.post("/questionnaires/village/publish", data={"version": 1})
    assert library.volume("village") is None


@pytest.mark.usefixtures("database")
def test_of_two_authors_the_second_is_told_and_keeps_what_was_typed(author: FlaskClient) -> None:
    author.post(EDIT, data={"act": "section", "version": 1})
    answer = author.post(PART + ":part-1", data={"id": "part-1", "title.en": "Mine", "version": 1})
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text


@pytest.mark.usefixtures("database")
def test_a_long_condition_is_typed_in_lines_and_kept_in_one(author: FlaskClient) -> None:
    complete(author)
    author.post(EDIT, data={"act": "add", "part": ":part-1", "type": "number", "version": 5})
    typed = 'answered(village_name)\r\n  and village_name != "x"'
    author.post(PART + "number", data={"id": "people", "label.en": "People", "label.zh-Hans": "人口", "when": typed, "version": 6})
    assert draft().content["now"]["sections"][0]["fields"][1]["when"] == 'answered(village_name) and village_name != "x"'
    assert "to mend" not in author.get(EDIT).text
    assert re.search(r'<textarea[^>]* name="when"', author.get(PART + "people").text)


@pytest.mark.usefixtures("database")
def test_conditions_that_wait_for_each_other_are_named_at_their_places(author: FlaskClient) -> None:
    complete(author)
    author.post(EDIT, data={"act": "add", "part": ":part-1", "type": "calculated", "version": 5})
    author.post(PART + "calculated", data={"id": "one", "label.en": "One", "label.zh-Hans": "一", "value": "one + 1", "version": 6})
    page = author.get(EDIT).text
    assert "1 thing to mend" in page
    assert "<b>One</b>" in page.split('class="err"')[0]


@pytest.mark.usefixtures("database")
def test_a_removal_can_be_undone(author: FlaskClient) -> None:
    complete(author)
    author.post(EDIT, data={"act": "remove", "part": "village-name", "version": 5})
    assert "Undo the removal" in author.get(EDIT).text
    author.post(EDIT, data={"act": "undo", "version": 6})
    assert draft().content["now"]["sections"][0]["fields"][0]["id"] == "village-name"


@pytest.mark.usefixtures("database")
def test_a_file_with_problems_leaves_nothing_behind(login_as: Callable[[str], FlaskClient]) -> None:
    answer = login_as("author").post("/questionnaires/new", data={"file": (io.BytesIO(b"title: x\nsections: []\n"), "bad.yaml")})
    assert answer.status_code == 422
    assert "bad.yaml:2" in answer.text
    assert db.session.get(QuestionnaireDraft, "bad") is None


@pytest.mark.usefixtures("database")
def test_a_double_click_on_save_is_one_save_and_no_clash(author: FlaskClient) -> None:
    form = {"id": "begin", "title.en": "Mine", "version": 1, "key": "save-1"}
    first, second = (author.post(PART + ":part-1", data=form) for _click in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert draft().version == 2
    assert draft().content["now"]["sections"][0]["id"] == "begin"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("act", ["section", "add", "duplicate", "remove", "discard"])
def test_a_double_click_in_the_outline_counts_once_and_leads_to_the_same_page(author: FlaskClient, act: str) -> None:
    form = {"act": act, "part": ":part-1", "type": "text", "version": 1, "key": "press-1"}
    first, second = (author.post(EDIT, data=form) for _click in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert act == "discard" or draft().version == 2


@pytest.mark.usefixtures("database")
def test_a_form_with_a_mistake_can_be_sent_again_under_its_key(author: FlaskClient) -> None:
    form = {"id": "Not An Id", "title.en": "Mine", "version": 1, "key": "save-1"}
    assert author.post(PART + ":part-1", data=form).status_code == 422
    assert author.post(PART + ":part-1", data={**form, "id": "good"}).status_code == 303
    assert draft().content["now"]["sections"][0]["id"] == "good"


@pytest.mark.usefixtures("database")
def test_a_double_click_on_publish_publishes_once(author: FlaskClient) -> None:
    complete(author)
    answers = [author.post("/questionnaires/village/publish", data={"version": 5, "key": "publish-1"}) for _click in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert author.get("/questionnaires/village/publish?lang=en").text.count("· published") == 1


@pytest.mark.usefixtures("database")
def test_a_copy_of_a_shipped_questionnaire_is_written_under_a_new_id(author: FlaskClient) -> None:
    start = "/questionnaires/plan-alignment/edit?lang=en"
    before = library.volume("plan-alignment")
    assert before is not None
    assert 'name="id"' in author.get(start).text
    assert author.post(start, data={"act": "copy", "id": "village"}).status_code == 409
    assert author.post(start, data={"act": "copy", "id": "Not An Id"}).status_code == 422
    answer = author.post(start, data={"act": "copy", "id": "our-alignment"})
    assert answer.location.endswith("/questionnaires/our-alignment/edit")
    assert db.session.get(QuestionnaireDraft, "plan-alignment") is None
    assert author.post("/questionnaires/our-alignment/publish", data={"version": 1}).status_code == 303
    copied, kept = library.volume("our-alignment"), library.volume("plan-alignment")
    assert copied is not None
    assert kept is not None
    assert kept.questionnaire.revision == before.questionnaire.revision
    assert copied.questionnaire.fields == before.questionnaire.fields


@pytest.mark.usefixtures("database")
def test_publishing_keeps_the_answers_that_an_open_sheet_no_longer_asks_for(
    author: FlaskClient, login_as: Callable[[str], FlaskClient], begin: Callable[..., UUID],
) -> None:
    complete(author)
    author.post(EDIT, data={"act": "add", "part": ":part-1", "type": "text", "version": 5})
    author.post(PART + "text", data={"id": "river", "label.en": "River", "label.zh-Hans": "河流", "version": 6})
    author.post("/questionnaires/village/publish", data={"version": 7})
    volume = library.volume("village")
    assert volume is not None
    learner = login_as("learner")
    desk = Desk(begin(questionnaire=volume.questionnaire), learner, volume.questionnaire)
    desk.send(("river", "Blue Water"), ("village-name", "Green Hill"))
    writer = login_as("author")
    writer.post(EDIT, data={"act": "begin"})
    writer.post(EDIT, data={"act": "remove", "part": "river", "version": 1})
    assert "river" in writer.get("/questionnaires/village/publish?lang=en").text
    writer.post("/questionnaires/village/publish", data={"version": 2})
    desk.client = login_as("learner")
    assert desk.values == {"river": "Blue Water", "village-name": "Green Hill"}
    page = desk.get("part-1")
    assert "Blue Water" in page
    assert 'name="river"' not in page
    desk.send(("village-name", "Red Hill"))
    assert desk.values == {"river": "Blue Water", "village-name": "Red Hill"}
    after = library.volume("village")
    assert after is not None
    assert desk.sheet.revision == after.questionnaire.revision


@pytest.mark.parametrize("path", ["/questionnaires/new", EDIT, PART,
    "/questionnaires/village/publish", "/questionnaires/village.draft.yaml"])
def test_for_others_the_builder_does_not_exist(author: FlaskClient, login_as: Callable[[str], FlaskClient], path: str) -> None:
    assert author.get(path).status_code == 200
    assert login_as("learner").get(path).status_code == 404


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_type_has_a_form_and_a_place_in_the_outline(author: FlaskClient, kind: FieldType) -> None:
    author.post(EDIT, data={"act": "add", "part": ":part-1", "type": kind.value, "version": 1})
    assert author.get(PART + kind.value).status_code == 200
    assert author.post(PART + kind.value, data={"id": kind.value, "version": 2}).status_code == 303
    assert author.get(EDIT).status_code == 200


@given(st.lists(ACTS, max_size=25))
def test_any_steps_leave_content_that_reads_back_with_ids_of_its_own(app: object, steps: list[tuple[str, int, FieldType]]) -> None:
    content = drafting.blank("one", ["zh-Hans", "en"], "worksheet", {})
    for act, number, kind in steps:
        keys = [key for key, _list, _at in drafting.entries(content)]
        key = keys[number % len(keys)] if keys else ":none"
        with suppress(DomainError):
            if act == "section":
                drafting.add_section(content)
            elif act == "add":
                table = not key.startswith(":") and "." not in key and drafting.find(content, key).entry["type"] == FieldType.TABLE
                if key.startswith(":") or (table and kind in COLUMN_TYPES):
                    drafting.add_field(content, key, kind.value)
            elif act in ("up", "down"):
                drafting.move(content, key, -1 if act == "up" else 1)
            else:
                getattr(drafting, act)(content, key)
    one = drafting.read(content)
    assert drafting.read(one.to_content()) == one
    ids = [each.id for each in one.fields]
    assert len(ids) == len(set(ids))
    assert isinstance(one, Questionnaire)
    drafting.troubles(content)


@pytest.mark.usefixtures("database")
def test_throwing_a_draft_away_is_asked_about_and_a_saved_file_brings_it_back(author: FlaskClient) -> None:
    complete(author)
    question = author.get("/questionnaires/village/discard?lang=en").text
    assert "All changes in this draft are lost" in question
    assert 'name="act" value="discard"' in question
    assert 'value="discard"' not in author.get(EDIT + "?lang=en").text, "no button of the outline throws it away at once"
    kept = author.get("/questionnaires/village.draft.yaml").data
    version = str(draft().version)
    assert author.post(EDIT, data={"act": "discard", "version": version, "key": "away-1"}).location.startswith("/questionnaires/new")
    assert author.get("/questionnaires/village/discard").status_code == 404
    sent = {"key": "back-1", "file": (io.BytesIO(kept), "village.yaml")}
    assert author.post("/questionnaires/new", data=sent).status_code == 303
    assert draft().content["now"]["sections"]
