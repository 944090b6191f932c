"""The profile: what a person says about themselves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from webapp.accounts.models import Organisation, Person
from webapp.core.database import db


@pytest.fixture
def form(cast):
    """What the learner's browser sends when nothing was changed."""
    return {
        "name": "王晓兰", "language": "zh-Hans", "time_zone": "Asia/Shanghai", "place_id": str(cast.places.county.id), "organisation": "",
        "organisation_type": "", "position_level": "20", "sex": "", "birth_year": "", "phone": "",
    }


def learner(cast):
    return db.session.get(Person, cast.ids["learner"])


def test_the_profile_shows_what_is_kept_and_why_it_is_asked(login_as):
    page = login_as("learner").get("/me/profile").get_data(as_text=True)
    assert 'value="王晓兰"' in page
    assert "河北省石家庄市长安区" in page
    assert '<option selected value="20">' in page
    assert '<option selected value="Asia/Shanghai">' in page
    assert "为什么询问" in page


def test_the_profile_is_for_its_holder(client):
    assert client.get("/me/profile").location == "/sign-in?next=%2Fme%2Fprofile"
    assert client.post("/me/profile").status_code == 302


def test_everything_can_be_changed(database, cast, login_as, form):
    client = login_as("learner")
    response = client.post("/me/profile", data=form | {
        "name": "Wang Xiaolan", "language": "en", "time_zone": "Africa/Nairobi", "place_id": str(cast.places.other_county.id),
        "organisation": "Guye Water Bureau", "organisation_type": "government", "position_level": "50", "sex": "female",
        "birth_year": "1986", "phone": "0086 138 0013 8000",
    })
    assert (response.status_code, response.location) == (303, "/me/profile")
    person = learner(cast)
    assert (person.name, person.language, person.time_zone) == ("Wang Xiaolan", "en", "Africa/Nairobi")
    assert (person.place_id, person.position_level, person.sex, person.birth_year) == (cast.places.other_county.id, 50, "female", 1986)
    assert person.phone == "+8613800138000"
    assert client.get_cookie("language").value == "en"
    page = client.get("/me/profile").get_data(as_text=True)
    assert "Your profile is saved." in page
    assert "Guye Water Bureau" in page


def test_a_sentence_made_at_import_is_in_the_readers_language(login_as, form):
    page = login_as("learner").post("/me/profile", data=form | {"name": "王" * 200}).get_data(as_text=True)
    assert "内容过长，最多120个字符。" in page
    assert "too long" not in page


def test_what_was_said_can_be_taken_back(cast, login_as, form):
    client = login_as("learner")
    said = {"organisation": "水务局", "organisation_type": "government", "sex": "male", "birth_year": "1990"}
    client.post("/me/profile", data=form | said)
    client.post("/me/profile", data=form | {"place_id": "", "position_level": ""})
    person = learner(cast)
    assert (person.place_id, person.organisation_id, person.position_level, person.sex, person.birth_year) == (None, None, None, None, None)


def test_colleagues_share_one_organisation_however_they_write_it(database, cast, login_as, form):
    here = form | {"organisation": "长安区发展和改革局", "organisation_type": "government"}
    login_as("learner").post("/me/profile", data=here)
    otherwise = {"name": "李建国", "organisation": " 长安区 发展和改革局 ", "organisation_type": "other"}
    login_as("trainer").post("/me/profile", data=here | otherwise)
    assert learner(cast).organisation_id == db.session.get(Person, cast.ids["trainer"]).organisation_id
    assert db.session.scalars(select(Organisation.type)).all() == ["government"]
    elsewhere = here | {"name": "刘洋", "place_id": str(cast.places.other_county.id)}
    login_as("other_county").post("/me/profile", data=elsewhere)
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 2


def test_organisations_of_the_place_are_suggested(cast, login_as, form):
    login_as("learner").post("/me/profile", data=form | {"organisation": "长安区水务局", "organisation_type": "government"})
    assert '<option value="长安区水务局">' in login_as("trainer").get("/me/profile").get_data(as_text=True)
    assert '<option value="长安区水务局">' not in login_as("other_county").get("/me/profile").get_data(as_text=True)


def test_a_place_is_found_without_script_and_what_was_typed_stays(cast, login_as, form):
    client = login_as("learner")
    typed = form | {"name": "王小兰", "place_id": "", "place_id-query": "guye", "place_id-search": "1", "birth_year": "1986"}
    page = client.post("/me/profile", data=typed).get_data(as_text=True)
    assert "河北省唐山市古冶区" in page
    assert 'value="王小兰"' in page
    assert 'value="1986"' in page
    assert 'class="errors"' not in page
    assert learner(cast).name == "王晓兰"
    client.post("/me/profile", data=form | {"place_id": "", "place_id-found": str(cast.places.other_county.id)})
    assert learner(cast).place_id == cast.places.other_county.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": " \u3000"}, "name"), ({"name": "x" * 10_000}, "name"), ({"name": "https://evil.example"}, "name"),
     ({"language": "fr"}, "language"), ({"time_zone": "Mars/Base"}, "time_zone"), ({"organisation": "水务局"}, "organisation_type"),
     ({"organisation": "局" * 300, "organisation_type": "other"}, "organisation"), ({"organisation_type": "party"}, "organisation_type"),
     ({"position_level": "25"}, "position_level"), ({"position_level": "x"}, "position_level"), ({"sex": "unknown"}, "sex"),
     ({"birth_year": "86"}, "birth_year"), ({"birth_year": "2999"}, "birth_year"),
     ({"place_id": "0192f0c1-0000-7000-8000-000000000000"}, "place_id")],
)
def test_bad_input_is_answered_at_its_field_and_changes_nothing(cast, login_as, form, changes, field):
    response = login_as("learner").post("/me/profile", data=form | changes)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert f'id="{field}-error"' in page
    assert re.search(rf'href="#{field}(-0)?"', page)
    assert learner(cast).name == "王晓兰"
    assert learner(cast).position_level == 20


def test_hard_names_are_kept(cast, login_as, form):
    client = login_as("learner")
    for name in ("محمد الأمين", "Z̸a̷l̶g̵o̴", "王晓兰 🌱", "阿卜杜拉·买买提"):
        assert client.post("/me/profile", data=form | {"name": name}).status_code == 303
        assert name in client.get("/me/profile").get_data(as_text=True)


def test_a_time_zone_that_is_no_longer_listed_stays_chosen(cast, login_as):
    learner(cast).time_zone = "Asia/Chongqing"
    db.session.commit()
    assert '<option selected value="Asia/Chongqing">' in login_as("learner").get("/me/profile").get_data(as_text=True)


def test_the_profile_takes_at_most_eight_queries_however_many_colleagues(cast, login_as, form, max_queries, app):
    client = login_as("learner")
    client.post("/me/profile", data=form | {"organisation": "局0", "organisation_type": "government"})
    with max_queries(8) as few:
        client.get("/me/profile")
    for number in range(1, 12):
        client.post("/me/profile", data=form | {"organisation": f"局{number}", "organisation_type": "government"})
    client.get("/me/profile")
    with max_queries(8) as many:
        client.get("/me/profile")
    assert len(few) == len(many)
