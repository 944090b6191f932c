"""Every address, role and place: what `docs/access.md` says is what the running program answers."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import webapp
from tests.cast import signed_in_client
from tests.questionnaires.survey_world import QUESTIONS
from webapp.accounts import rights, services
from webapp.accounts.models import Organisation, OrganisationType, Role, RoleGrant
from webapp.accounts.models_invitations import InvitationCode
from webapp.accounts.queries import Grant
from webapp.core import access
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.places.models import Country, Place, PlaceSpell
from webapp.questionnaires import services_surveys
from webapp.questionnaires.models_surveys import SurveyMode
from webapp.questionnaires.services_surveys import Plan

NOW = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
TOOLS = Path(__file__).parents[2] / "tools"
sys.path.append(str(TOOLS))
SPEC = importlib.util.spec_from_file_location("access_page", TOOLS / "access_page.py")
page = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page)

HELD = [(role, everywhere) for role in Role for everywhere in (False, True)]


@pytest.fixture
def places(cast):
    """The four places of the matrix, by their column."""
    db.session.add(Country(code="KE", names={"en": "Kenya"}, levels=[
        {"id": "county", "names": {"en": "County"}, "kinds": {"county": {"en": "County"}}},
    ]))
    db.session.flush()
    state = {
        "country": "KE", "code": "001", "kind": "county", "level": "county", "path": "KE/001/", "names": {"en": "Mombasa"},
        "short_names": {},
    }
    far = Place(id=new_id(), **state, search="mombasa")
    db.session.add(far)
    db.session.flush()
    db.session.add(PlaceSpell(id=new_id(), place_id=far.id, **state))
    db.session.flush()
    tree = cast.places
    return dict(zip(page.PLACES, (tree.second_county, tree.other_county, tree.city, far), strict=True))


@pytest.fixture
def records(cast, places):
    """`records["person_id"]["own county"]` is the id of such a record."""
    made = {name: {} for name in page.RECORDS} | {"field_id": dict.fromkeys(page.PLACES, "wish")}
    with unit_of_work():
        for number, (column, place) in enumerate(places.items()):
            person = services.create_person(name=f"Person {column}", language="en", now=NOW, place=place)
            services.create_sign_in(person=person, email=f"matrix{number}@example.org", password_hash="x", now=NOW, verified=True)
            office = Organisation(
                id=new_id(), name=f"Office {column}", name_key=f"office{number}", type=OrganisationType.OTHER, place_id=place.id,
                created_at=NOW,
            )
            grant = RoleGrant(id=new_id(), person_id=person.id, role=Role.TRAINER, place_id=place.id, granted_at=NOW)
            code = InvitationCode(
                id=new_id(), code_hash=f"{number}" * 64, place_id=place.id, most_uses=5, created_at=NOW, until=NOW + timedelta(days=9),
            )
            db.session.add_all([office, grant, code])
            made["person_id"][column], made["organisation_id"][column] = person.id, office.id
            made["survey_id"][column] = plan_survey(cast, place)
            made["place_id"][column], made["grant_id"][column], made["invitation_id"][column] = place.id, grant.id, code.id
    return made


def plan_survey(cast, place):
    """A survey of a place that was made by somebody else."""
    plan = Plan("", SurveyMode.NAMED, place.id, NOW, NOW + timedelta(days=9))
    survey = services_surveys.create(questionnaire=QUESTIONS, plan=plan, actor_id=cast.ids["outsider"], now=NOW)
    return survey.id


@pytest.fixture
def browser_of(app, cast, places):
    """A browser of somebody who holds one role, for the own county or everywhere."""

    def browser(role, everywhere):
        with unit_of_work():
            person = services.create_person(name=f"{role.value} Holder", language="en", now=NOW, place=places["own county"])
            sign_in = services.create_sign_in(
                person=person, email=f"{role.value}-{everywhere}@example.org", password_hash="x", now=NOW, verified=True,
            )
            services.grant_role(person=person, role=role, place=None if everywhere else places["own county"], now=NOW, actor_id=None)
        return signed_in_client(app, sign_in.id)

    return browser


def address_of(app, rule, record_ids, column, method):
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = record_ids[name][column] if name in record_ids else {
            "UUIDConverter": new_id(), "IntegerConverter": 1,
        }.get(kind, next(iter(converter.items)) if hasattr(converter, "items") else "csv")
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def record_rules(app):
    return [(rule, predicate) for rule, kind, predicate in page.rules_of(app) if kind == access.ALLOWED and page.record_of(rule)]


@pytest.mark.parametrize(("role", "everywhere"), HELD, ids=str)
def test_a_record_opens_for_the_roles_and_places_of_the_table(database, records, browser_of, role, everywhere):
    browser, seen = browser_of(role, everywhere), 0
    for rule, predicate in record_rules(database):
        if "GET" not in rule.methods:
            continue
        right = page.right_of(predicate)
        for column in page.PLACES:
            address = address_of(database, rule, records, column, "GET")
            status = browser.get(address).status_code
            expected = page.may_open(right, role, column, everywhere=everywhere)
            assert (status != 404) is expected, f"{address}: {status} for {role} in {column}, everywhere: {everywhere}"
            assert status < 500, address
            seen += 1
    assert seen >= 4 * len(page.RECORDS)


@pytest.mark.parametrize("role", Role)
def test_what_changes_a_record_elsewhere_is_refused_as_if_it_were_not_there(app, records, browser_of, role):
    browser = browser_of(role, everywhere=False)
    for rule, predicate in record_rules(app):
        if "POST" not in rule.methods:
            continue
        for column in page.PLACES:
            if not page.may_open(page.right_of(predicate), role, column, everywhere=False):
                address = address_of(app, rule, records, column, "POST")
                response = browser.post(address, data={"reason": "x y", "key": "k"})
                assert response.status_code == 404, f"{address}: {response.status_code} for {role} in {column}"


@pytest.mark.parametrize(("role", "everywhere"), HELD, ids=str)
def test_an_address_without_a_record_opens_for_the_roles_of_the_table(app, browser_of, role, everywhere):
    browser = browser_of(role, everywhere)
    for rule, kind, predicate in page.rules_of(app):
        if kind == access.ALLOWED and not rule.arguments and "GET" in rule.methods:
            status = browser.get(rule.rule).status_code
            expected = rights.allows(role, page.right_of(predicate), everywhere=everywhere)
            assert (status != 404) is expected, f"{rule.rule}: {status} for {role}"


# The access functions and the table

class Holder:
    """A viewer with one role, as the access functions ask for it."""

    def __init__(self, role, path):
        self.grant = Grant(role, path)

    def has_role(self, role, place=None):
        return self.grant.role is role and (place is None or self.grant.covers(place.path))

    def has_role_everywhere(self, role):
        return self.grant.role is role and self.grant.everywhere


def predicates():
    """The access functions of all rooms by name."""
    found = {}
    for info in pkgutil.iter_modules(webapp.__path__):
        module = f"webapp.{info.name}.access"
        if info.ispkg and info.name != "core" and importlib.util.find_spec(module) is not None:
            found |= vars(importlib.import_module(module))
    return found


def test_the_table_of_rights_is_what_the_access_functions_do(app):
    known, functions = {name for right in rights.RIGHTS for name in right.predicates}, predicates()
    for endpoint, (kind, predicate) in access.declared(app).items():
        assert kind != access.ALLOWED or predicate in known, f"{endpoint}: no right in webapp/accounts/rights.py names {predicate}"
    for right in rights.RIGHTS:
        for name in right.predicates:
            for role, everywhere in HELD:
                holder = Holder(role, None if everywhere else "CN/130000/")
                assert bool(functions[name](holder)) is rights.allows(role, right, everywhere=everywhere), f"{name} for {role}"


def test_every_address_of_a_record_with_a_place_is_in_the_table(app):
    """A name of a record that is not listed in `tools/access_page.py` has no place, and says here why."""
    without_a_place = {
        "mail_id": "of the whole programme", "trainer_id": "who can be asked, or is looked over; see tests/trainings",
        "change_id": "of who made it", "operation_id": "its places decide, see tests/places",
        "alias_id": "below an organisation", "session_id": "of the person who is signed in",
        "run_id": "of who sent the file",
        "token_id": "of the person who is signed in",
        "view_id": "of who saved it, or shared with those of its places; see tests/statistics",
        "plan_id": "its place decides, see tests/statistics", "batch_id": "of who sent the files, see tests/statistics",
        "period_id": "shown to everybody with statistics, each their places, see tests/statistics",
    }
    for rule, kind, _predicate in page.rules_of(app):
        if kind == access.ALLOWED:
            for name, converter in rule._converters.items():
                if type(converter).__name__ == "UUIDConverter":
                    assert name in page.RECORDS or name in without_a_place, f"{rule.rule}: {name}"


def test_the_page_is_current():
    assert (TOOLS.parent / "docs" / "access.md").read_text(encoding="utf-8") == page.page(), "run python tools/access_page.py"
