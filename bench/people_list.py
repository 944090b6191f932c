"""The administrator's list of people, filtered and searched, over a million people on PostgreSQL, with eight clients at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import sqlalchemy as sa

from bench.client import Browser
from bench.findings import Finding, percentile
from bench.stage import KEY, Running, Stage, say
from webapp import create_app
from webapp.accounts import names
from webapp.accounts import services as accounts
from webapp.accounts.current import SEEN_KEY, SESSION_KEY
from webapp.accounts.models import Person, Role, Session
from webapp.cli_upgrade import bring_up
from webapp.core import clock
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.places.models import Place

if TYPE_CHECKING:
    from flask import Flask

PEOPLE, QUICK = 1_000_000, 100_000
CLIENTS = 8
TURNS, QUICK_TURNS = 12, 4
WAIT_MS = 150

# In the order of their frequency; the first are the names of every fourteenth person.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰玉华文建国志晓春梅海燕雨桐子轩慧立新永康德博佳宁思远"
PLACES = """
INSERT INTO bench_places SELECT row_number() OVER (ORDER BY path) - 1, id FROM places WHERE closed_on IS NULL AND level = 'county'
"""
CROWD = """
INSERT INTO people (id, name, search, sort_key, language, time_zone, place_id, position_level, demo, created_at)
SELECT (lpad(to_hex(1700000000000 + crowd.i), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid,
       n.name, n.search, n.sort_key, 'zh-Hans', 'Asia/Shanghai', p.id, (ARRAY[10, 20, 20, 30, 30, 40, 50])[1 + crowd.i % 7], false,
       timestamptz '2025-01-01' + crowd.i * interval '20 seconds'
FROM (SELECT i, md5(i::text) AS h, floor(power(random(), 2) * :names)::int AS name, (random() * (:places - 1))::int AS place
      FROM generate_series(1, :people) AS i) AS crowd
JOIN bench_names AS n ON n.i = crowd.name
JOIN bench_places AS p ON p.i = crowd.place
"""
SIGN_INS = """
INSERT INTO sign_ins (id, person_id, email, email_key, verified_at, disabled_at, created_at)
SELECT id, id, 'person' || number || '@bench.example', 'person' || number || '@bench.example', created_at,
       CASE WHEN number % 200 = 0 THEN created_at END, created_at
FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS number FROM people) AS everybody WHERE number % 3 <> 0
"""
GRANTS = """
INSERT INTO role_grants (id, person_id, role, place_id, reason, granted_at)
SELECT gen_random_uuid(), id, 'trainer', place_id, '', created_at FROM people WHERE ('x' || right(id::text, 4))::bit(16)::int % 500 = 0
"""


def fill(people: int) -> None:
    """Add people to an upgraded database whose places are loaded. Needs an application context."""
    combined = [surname + first + second for surname in SURNAMES for first in GIVEN for second in ("", *GIVEN[::3])]
    rows = [{"i": i, "name": name, "search": names.search_text(name), "sort_key": names.sort_key(name)} for i, name in enumerate(combined)]
    with db.engine.begin() as connection:
        # Written for good at the commit, as in production: rows that are not yet are seen by no index alone.
        connection.execute(sa.text("SET LOCAL synchronous_commit = on"))
        connection.execute(sa.text("CREATE TEMP TABLE bench_names (i int PRIMARY KEY, name text, search text, sort_key text)"))
        connection.execute(sa.text("CREATE TEMP TABLE bench_places (i int PRIMARY KEY, id uuid)"))
        connection.execute(sa.text("INSERT INTO bench_names VALUES (:i, :name, :search, :sort_key)"), rows)
        places = connection.execute(sa.text(PLACES)).rowcount
        connection.execute(sa.text(CROWD), {"names": len(rows), "places": places, "people": people})
        connection.execute(sa.text(SIGN_INS))
        connection.execute(sa.text(GRANTS))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As after weeks of use: the first round takes the marks away that checks of foreign keys left on the rows.
        connection.execute(sa.text("VACUUM"))
        connection.execute(sa.text("VACUUM ANALYZE"))


def administrator(app: Flask, email: str = "administrator@bench.example", *, everywhere: bool = True) -> dict[str, str]:
    """Cookies of somebody who administers everywhere, or one county."""
    now = clock.now()
    place = None if everywhere else db.session.scalar(sa.select(Place).where(Place.code == "330521", Place.closed_on.is_(None)))
    with unit_of_work():
        person = accounts.create_person(name="顾远", language="zh-Hans", now=now)
        sign_in = accounts.create_sign_in(person=person, email=email, now=now, verified=True)
        accounts.grant_role(person=person, role=Role.ADMINISTRATOR, place=place, now=now, actor_id=None)
        session = Session(id=new_id(), sign_in_id=sign_in.id, created_at=now, expires_at=now + timedelta(days=1))
        db.session.add(session)
        values = {"_permanent": True, SEEN_KEY: int(now.timestamp()), SESSION_KEY: str(session.id)}
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {app.config["SESSION_COOKIE_NAME"]: signer.dumps(values)}


def pages() -> dict[str, str]:
    """What administrators ask for, by what it is. Needs an application context."""

    def place(path: str) -> str:
        return str(db.session.scalar(sa.text("SELECT id FROM places WHERE path = :path AND closed_on IS NULL"), {"path": path}))

    province, city, county = (place(path) for path in ("CN/330000/", "CN/330000/330500/", "CN/330000/330500/330521/"))
    person = db.session.scalar(sa.select(Person.name).limit(1))
    return {
        "all": "", "page 20": "?page=20", "newest": "?sort=-added", "a name": f"?q={person}", "surname": "?q=王", "rare surname": "?q=邱",
        "pinyin": "?q=wangxiaolan", "initials": "?q=zjg", "given name": "?q=晓春",
        "address": "?q=person4242", "province": f"?place={province}",
        "county": f"?place={county}", "province, surname": f"?place={province}&q=zhang", "city, level": f"?place={city}&level=40",
        "level, backwards": "?level=30&sort=-name", "trainers": "?role=trainer", "disabled": "?sign-in=disabled",
        "county, no sign-in": f"?place={county}&sign-in=without", "nobody": "?q=qqqq",
    }


def measure(stage: Stage) -> list[Finding]:
    """Seconds from request to the whole page, each client going through all pages in an order of its own."""
    people, turns = (QUICK, QUICK_TURNS) if stage.quick else (PEOPLE, TURNS)
    address = stage.another("people_list")
    app = create_app(Settings(mode=Mode.TEST, data_dir=stage.folder / "people", database_url=address, secret_key=KEY))
    with app.app_context():
        bring_up()
        say(f"adding {people:,} people")
        fill(people)
        cookies, asked = administrator(app), pages()
        db.engine.dispose()
    environment = stage.environment | {"LOCALGOALS_DATABASE_URL": address}
    served = Running(stage.command(), environment, stage.folder / "people_list.log")
    try:
        waits = run(served.url, cookies, asked, turns)
    finally:
        served.stop()
    found = [
        Finding(f"  {name}", f"median {percentile(each, 50):.0f} ms, 95 % {percentile(each, 95):.0f} ms") for name, each in waits.items()
    ]
    ninety_fifth = percentile([wait for each in waits.values() for wait in each], 95)
    measured = f"95 % within {ninety_fifth:.0f} ms ({people:,} people, {CLIENTS} clients)"
    return [Finding("list of people, filtered and searched", measured, f"{WAIT_MS} ms", ninety_fifth <= WAIT_MS), *found]


def run(url: str, cookies: dict[str, str], asked: dict[str, str], turns: int) -> dict[str, list[float]]:
    """Milliseconds of every request by page."""
    waits: dict[str, list[float]] = {name: [] for name in asked}

    def client(number: int) -> None:
        browser, order = Browser(url, cookies), list(asked)
        for turn in range(turns + 1):
            for place in range(len(order)):
                name = order[(place + number * len(order) // CLIENTS) % len(order)]
                begun = time.perf_counter()
                browser.get(quote(f"/admin/people/{asked[name]}", safe="/?=&-"))
                if turn:
                    # The first round fills caches, as the first minutes of any morning do.
                    waits[name].append(1000 * (time.perf_counter() - begun))

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(client, range(CLIENTS)))
    return waits
