"""The place picker inside another form, in a browser without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, render_template_string
from sqlalchemy import event
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from tests.conftest import settings_for_tests
from tests.places.conftest import bring, place, table
from webapp import create_app
from webapp.core.access import public
from webapp.core.database import db
from webapp.core.forms import Form
from webapp.places import queries
from webapp.places.forms import PlaceField, WithPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

PAGE = """{% from "places/picker.html" import place_picker %}{% import "ui/macros.html" as ui %}
{% call ui.form() %}{{ ui.errors(form) }}{{ ui.field(form.name) }}{{ ui.field(form.password) }}{{ place_picker(form.place_id) }}
<button class="btn">Save</button>{% endcall %}"""


class Profile(WithPlace, Form):
    name = StringField("Name", validators=[DataRequired("Name please")])
    password = PasswordField("Password")
    place_id = PlaceField("Where you work", validators=[DataRequired("Place please")])


class Page:
    """The answer of the host page, read as a person sees it."""

    def __init__(self, client: FlaskClient, **fields: str) -> None:
        self.client = client
        answer = client.post("/host?lang=en", data=fields) if fields else client.get("/host?lang=en")
        self.text = answer.get_data(as_text=True)

    @property
    def saved(self) -> str | None:
        found = re.search(r"saved=([0-9]+)", self.text)
        return found.group(1) if found else None

    @property
    def chosen(self) -> str:
        found = re.search(r"<b>Chosen: (.*?)</b>", self.text)
        return found.group(1) if found else ""

    @property
    def found(self) -> list[str]:
        return re.findall(r'name="place_id-found"[^>]*><span>(.*?)</span>', self.text)

    @property
    def steps(self) -> list[list[str]]:
        return [re.findall(r"<option[^>]*>(.*?)</option>", each) for each in re.findall(r"<select.*?</select>", self.text, re.DOTALL)]

    @property
    def errors(self) -> list[str]:
        return re.findall(r'class="err"[^>]*>(.*?)</span>', self.text)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """An application of its own with one page more, since a running application takes no new page."""
    app = create_app(settings_for_tests(tmp_path_factory.mktemp("host")))
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    bp = Blueprint("host", __name__)

    @bp.route("/host", methods=["GET", "POST"])
    @public
    def page() -> str:
        form = Profile()
        if form.validate_on_submit():
            return f"saved={queries.find(form.place_id.data).code}"
        return render_template_string(PAGE, form=form)

    app.register_blueprint(bp)
    with app.app_context():
        db.create_all()
        bring(table())
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def ids(host: FlaskClient) -> dict[str, str]:
    with host.application.app_context():
        return {code: str(place(code).id) for code in ("11", "1101", "33", "3305", "330521", "3307")}


def test_the_first_page_offers_the_provinces_and_a_search(host):
    page = Page(host)
    assert page.steps == [["Not chosen", "Beijing Municipality", "Zhejiang Province"]]
    assert 'name="place_id-search"' in page.text
    assert page.errors == []


def test_going_down_level_by_level_keeps_what_was_typed_and_complains_about_nothing(host, ids):
    page = Page(host, **{"name": "李娟", "password": "long secret", "place_id-1": ids["33"], "place_id-open": "1"})
    assert page.steps[1] == ["Zhejiang Province itself", "Huzhou City", "Jinhua City"]
    assert 'value="李娟"' in page.text
    assert 'value="long secret"' in page.text
    assert (page.errors, page.saved) == ([], None)
    page = Page(host, **{"place_id-1": ids["33"], "place_id-2": ids["3305"], "place_id-open": "1"})
    assert page.steps[2] == ["Huzhou City itself", "Deqing County", "Changxing County"]
    assert page.chosen == "Huzhou City, Zhejiang"
    assert page.errors == []


def test_a_municipality_leads_to_its_districts_at_once(host, ids):
    page = Page(host, **{"place_id-1": ids["11"], "place_id-open": "1"})
    assert page.steps[1] == ["Beijing Municipality itself", "Dongcheng District"]
    assert "County" in page.text


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_place_of_any_level_can_be_chosen(host, ids, level):
    line = ["33", "3305", "330521"][:level]
    given = {f"place_id-{number}": ids[code] for number, code in enumerate(line, start=1)}
    assert Page(host, name="A", **given).saved == line[-1]


def test_another_province_forgets_the_city_of_the_old_one(host, ids):
    page = Page(host, **{"place_id-1": ids["11"], "place_id-2": ids["3305"], "place_id-open": "1"})
    assert page.chosen == "Beijing Municipality"


def test_a_search_lists_matches_with_their_lineage_and_a_pick_is_saved(host, ids):
    page = Page(host, **{"name": "A", "place_id-query": "hzs", "place_id-search": "1"})
    assert page.found == ["Huzhou City, Zhejiang"]
    assert (page.saved, page.errors) == (None, [])
    assert 'value="hzs"' in page.text
    page = Page(host, **{"name": "A", "place_id-query": "hzs", "place_id-asked": "hzs", "place_id-found": ids["3305"]})
    assert page.saved == "3305"


def test_a_pick_wins_over_the_selects(host, ids):
    given = {"name": "A", "place_id-1": ids["11"], "place_id-query": "hzs", "place_id-asked": "hzs", "place_id-found": ids["330521"]}
    assert Page(host, **given).saved == "330521"


def test_a_search_without_a_match_says_so_and_offers_the_levels(host):
    page = Page(host, **{"place_id-query": "atlantis", "place_id-search": "1"})
    assert "No place is called “atlantis”" in page.text
    assert page.steps


def test_a_name_typed_but_not_chosen_is_searched_when_the_form_is_sent(host):
    page = Page(host, **{"name": "A", "place_id-query": "德清"})
    assert page.found == ["Deqing County, Huzhou, Zhejiang"]
    assert page.errors == ["Please choose one of the places found."]


def test_enter_in_another_field_sends_the_form_and_does_not_search(host, ids):
    assert Page(host, **{"name": "A", "place_id-1": ids["33"], "place_id-query": "", "place_id-search": "1"}).saved == "33"
    page = Page(host, **{"name": "", "place_id-1": ids["33"], "place_id-search": "1"})
    assert page.errors == ["Name please"]


def test_the_hidden_input_of_the_script_wins(host, ids):
    assert Page(host, **{"name": "A", "place_id": ids["330521"], "place_id-1": ids["11"]}).saved == "330521"


def test_what_was_chosen_is_kept_when_another_field_is_wrong(host, ids):
    page = Page(host, name="", place_id=ids["330521"])
    assert page.chosen == "Deqing County, Huzhou, Zhejiang"
    assert [len(step) for step in page.steps] == [3, 3, 3]
    assert page.text.count("selected") == 3


@pytest.mark.parametrize("value", ["01890000-0000-7000-8000-000000000000", "nonsense", "1'; --"])
def test_an_id_that_is_no_place_is_refused(host, value):
    page = Page(host, name="A", place_id=value)
    assert page.saved is None
    assert page.errors in (["Please choose a place from the list."], ["Place please"])


def test_nothing_chosen_is_an_error_of_the_field_only_where_the_form_asks_for_it(host):
    assert Page(host, name="A").errors == ["Place please"]


def test_both_languages_have_every_word(host):
    text = host.get("/host?lang=zh-Hans").get_data(as_text=True)
    for word in ("查找地区", "逐级选择", "下一级", "未选择", "浙江省"):
        assert word in text


def test_a_page_with_a_picker_asks_the_database_little(host, ids):
    seen: list[str] = []

    def note(_c, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    with host.application.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        Page(host, **{"place_id-1": ids["33"], "place_id-query": "hzs", "place_id-search": "1"})
        event.remove(db.engine, "before_cursor_execute", note)
    assert 3 <= len(seen) <= 8
