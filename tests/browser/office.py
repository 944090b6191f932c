"""An administration with something on every desk: what its screens show, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from tests.browser.world import COURSE, Account, World
from tests.cast import password_hash
from webapp.accounts import services as accounts
from webapp.accounts import services_imports, services_invitations, services_merge, services_organisations, services_work
from webapp.accounts.models import OrganisationType, Person, Role, RoleGrant
from webapp.accounts.models_imports import ImportRun
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import operations, queries
from webapp.places.requests import Rename

if TYPE_CHECKING:
    from datetime import date, datetime

    from tests.browser.reader import Reader

FILE = "姓名,手机号码,单位,区划代码\n孙丽,13800138001,安吉县统计局,330523\n钱进,不知道,安吉县统计局,330523\n,13800138003,,330523\n"
COLUMNS = ("name", "phone", "organisation", "place")


@dataclass(frozen=True)
class Screen:
    """A page of the administration or of an account: its name and address (facts in braces); what leads on from there."""

    name: str
    path: str
    act: Callable[[Reader], None] | None = None
    answer: int = 200


def appoint(world: World, account: Account, role: Role = Role.ADMINISTRATOR) -> None:
    """Grant a role everywhere."""
    with world.app.app_context(), unit_of_work():
        person = db.session.get_one(Person, account.person_id)
        accounts.grant_role(person=person, role=role, place=None, now=clock.now(), actor_id=None, reason="浙江省教育厅任命")


def furnish(world: World, chief: Account) -> dict[str, str]:
    """People, organisations, places on their way, files half imported; ids by the names in the addresses."""
    with world.app.app_context():
        now, today = clock.now(), clock.today(settings().programme_zone)
        with unit_of_work():
            facts = {**_people(chief, now), **_offices(chief, now), **_places(chief, now, today)}
        facts |= _files(chief, now, today)
    return {**facts, "course": COURSE, "mail": next(iter(world.mails()))}


def _people(chief: Account, now: datetime) -> dict[str, str]:
    made = []
    for name in ("吴芳", "吴芳", "郑强", "郑强"):
        person = accounts.create_person(name=name, language="zh-Hans", now=now)
        person.phone = "+8613800138009" if name == "吴芳" else "+8613800138010"
        made.append(person)
    db.session.flush()
    services_merge.mark_as_two(one=made[2], other=made[3], now=now, actor_id=chief.person_id)
    login = "office-duplicate@example.org"
    accounts.create_sign_in(person=made[0], email=login, now=now, password_hash=password_hash(), verified=True)
    grant = db.session.scalars(sa.select(RoleGrant.id).limit(1)).one()
    return {"person": str(made[0].id), "twin": str(made[1].id), "plain": str(made[2].id), "grant": str(grant)}


def _offices(chief: Account, now: datetime) -> dict[str, str]:
    place = queries.by_code("CN", "330523")
    assert place is not None
    one, two = (
        services_organisations.create(
            name=name, type=OrganisationType.GOVERNMENT, government_level=None, sector=None, place_id=place.id, now=now,
            actor_id=chief.person_id,
        ) for name in ("安吉县发展和改革局", "安吉县发改局")
    )
    services_organisations.add_alias(organisation=one, name="安吉县计划委员会", now=now, actor_id=chief.person_id)
    code = services_invitations.make_for_group(
        place=place, organisation=one, most_uses=40, until=now + timedelta(days=30), actor_id=chief.person_id, now=now, note="十二月培训",
    )
    return {"organisation": str(one.id), "other": str(two.id), "invitation": str(code.id), "code": str(code.code)}


def _places(chief: Account, now: datetime, today: date) -> dict[str, str]:
    county, city, home = (queries.by_code("CN", code) for code in ("330523", "330500", "330521"))
    assert county is not None
    assert city is not None
    assert home is not None
    names = Rename(place_id=county.id, names={"zh-Hans": "安吉市", "en": "Anji City"}, reading="an ji shi")
    planned = operations.undertake(request=names, day=today + timedelta(days=40), actor_id=chief.person_id, now=now)
    return {"county": str(county.id), "city": str(city.id), "home": str(home.id), "operation": str(planned.id)}


def _files(chief: Account, now: datetime, today: date) -> dict[str, str]:
    ids: dict[str, UUID] = {}
    for state in ("mapping", "ready", "done"):
        with unit_of_work():
            run = services_imports.stage(data=FILE.encode(), actor_id=chief.person_id, now=now)
            ids[state] = run.id
            if state != "mapping":
                services_imports.prepare(
                    run=run, columns=COLUMNS, since=today, organisation_type=OrganisationType.GOVERNMENT, mail=False,
                    language="zh-Hans", now=now,
                )
    with unit_of_work():
        services_imports.confirm(run=db.session.get_one(ImportRun, ids["done"]), now=now)
    services_imports.carry_out(ids["done"])
    with unit_of_work():
        person = db.session.scalars(sa.select(Person).where(Person.name == "孙丽")).one()
        county = queries.by_code("CN", "330521")
        assert county is not None
        services_work.change_work(
            person=person, place_id=county.id, organisation_id=None, position_level=None, since=today - timedelta(days=3), now=now,
            actor_id=chief.person_id,
        )
    return {**{f"run_{state}": str(run_id) for state, run_id in ids.items()}, "moved": str(person.id)}


def press_first(reader: Reader) -> None:
    """Send the page's form as it is."""
    reader.page.locator("main form[method=post] .acts button").first.click()


def choose_all(reader: Reader) -> None:
    """All people of the list, and the first thing that can be done with them."""
    reader.page.locator("main tbody input[type=checkbox]").first.check()
    reader.page.locator("main fieldset.block .acts button").click()


def name_token(reader: Reader) -> None:
    """Make an access token."""
    reader.page.locator("#name").fill("registry")
    reader.page.locator("main input[type=checkbox]").first.check()
    press_first(reader)


def begin_second_factor(reader: Reader) -> None:
    """To the page with the key."""
    reader.page.locator("main form[action$='begin'] input[type=password]").fill("seventeen goals by 2030")
    reader.page.locator("main form[action$='begin'] button:not([type=button])").last.click()


PERSON, OFFICE, COUNTY = "/admin/people/{person}", "/admin/organisations/{organisation}", "/admin/places/{county}"
SCREENS = (
    Screen("admin", "/admin/"), Screen("people", "/admin/people/"), Screen("people-found", "/admin/people/?q=wf"),
    Screen("people-none", "/admin/people/?q=qqqq"), Screen("people-bulk", "/admin/people/?q=wu", choose_all),
    Screen("person-new", "/admin/people/new"), Screen("person-new-wrong", "/admin/people/new", press_first, 422),
    Screen("person", f"{PERSON}/"), Screen("person-moved", "/admin/people/{moved}/"), Screen("person-edit", f"{PERSON}/edit"),
    Screen("person-disable", f"{PERSON}/disable"), Screen("rights", f"{PERSON}/rights"), Screen("rights-new", f"{PERSON}/rights/new"),
    Screen("rights-wrong", f"{PERSON}/rights/new", press_first, 422), Screen("merge-find", f"{PERSON}/merge?q=wu"),
    Screen("merge", f"{PERSON}/merge?into={{twin}}"), Screen("duplicates", "/admin/people/duplicates"),
    Screen("changes", "/admin/people/changes/"), Screen("import", "/admin/people/import"),
    Screen("import-wrong", "/admin/people/import", press_first, 422),
    Screen("import-columns", "/admin/people/import/{run_mapping}/columns"), Screen("import-preview", "/admin/people/import/{run_ready}/"),
    Screen("import-done", "/admin/people/import/{run_done}/"), Screen("organisations", "/admin/organisations/"),
    Screen("organisation-new", "/admin/organisations/new"), Screen("organisation-wrong", "/admin/organisations/new", press_first, 422),
    Screen("organisation", f"{OFFICE}/"), Screen("organisation-edit", f"{OFFICE}/edit"),
    Screen("organisation-merge", f"{OFFICE}/merge?q=anji"), Screen("organisation-merge-two", f"{OFFICE}/merge?into={{other}}"),
    Screen("places", "/admin/places/"), Screen("place", f"{COUNTY}/"), Screen("place-rename", f"{COUNTY}/rename"),
    Screen("place-merge", f"{COUNTY}/merge"), Screen("place-split", f"{COUNTY}/split"), Screen("place-move", f"{COUNTY}/move"),
    Screen("place-close", f"{COUNTY}/close"), Screen("place-rename-same", f"{COUNTY}/rename", press_first, 409),
    Screen("place-close-preview", f"{COUNTY}/close", press_first), Screen("place-undo", "/admin/places/operations/{operation}/undo"),
    Screen("roles", "/admin/roles/"), Screen("role-find", "/admin/roles/new?q=wu"), Screen("role-end", "/admin/roles/{grant}/end"),
    Screen("sign-ins", "/admin/sign-ins/"), Screen("invitations", "/admin/invitations/"),
    Screen("invitation-new", "/admin/invitations/new"), Screen("invitation", "/admin/invitations/{invitation}/"),
    Screen("invitation-people", "/admin/invitations/people"), Screen("invitation-codes", "/admin/invitations/people?place={home}"),
    Screen("invitation-slips", "/admin/invitations/people?place={home}", press_first), Screen("courses", "/admin/courses/"),
    Screen("course", "/admin/courses/{course}/"), Screen("mails", "/admin/mail/"), Screen("mail", "/admin/mail/{mail}/"),
    Screen("jobs", "/admin/jobs/"), Screen("audit", "/admin/audit/"), Screen("settings", "/admin/settings/"),
    Screen("own-data", "/me/data/"), Screen("own-erase", "/me/data/erase"), Screen("own-consent", "/me/data/consent"),
    Screen("own-sessions", "/me/sessions"), Screen("own-tokens", "/me/tokens"), Screen("own-token-new", "/me/tokens/new"),
    Screen("own-token-made", "/me/tokens/new", name_token), Screen("own-second-factor", "/me/second-factor"),
    Screen("own-second-factor-key", "/me/second-factor", begin_second_factor), Screen("own-email", "/me/email"),
    Screen("join-code", "/join/{code}"),
)
