"""Five years of an invented programme, made by PostgreSQL itself: people in all counties, trainings, participation events, views."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.people_list import GIVEN, SURNAMES
from bench.stage import say
from webapp.accounts.models import Person
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.courses.catalogue import catalogue
from webapp.trainings.models import Training, TrainingState

YEARS_DAYS = 1826
PARTICIPANTS = 60
# Courses that a programme of this size would have beside the one that is shipped.
MORE_COURSES = ("sdg-mooc", "tot-2-territorial-planning", "tot-3-monitoring-reporting", "tot-4-decentralized-cooperation")
MORE_STEPS = 24

TABLES = """
CREATE TEMP TABLE bench_places AS
    SELECT row_number() OVER (ORDER BY path) - 1 AS i, id, path FROM places WHERE closed_on IS NULL AND level = 'county';
CREATE TEMP TABLE bench_steps (course int, step int, course_id text, step_id text);
CREATE TEMP SEQUENCE bench_number CACHE 1000
"""
PEOPLE = """
INSERT INTO people (id, name, language, time_zone, place_id, position_level, sex, birth_year, demo, created_at)
SELECT (lpad(to_hex(1600000000000 + crowd.i), 12, '0') || '70008' || lpad(to_hex(crowd.i), 15, '0'))::uuid,
       substr(:surnames, 1 + (random() * (length(:surnames) - 1))::int, 1) || substr(:given, 1 + (random() * (length(:given) - 1))::int, 1),
       'zh-Hans', 'Asia/Shanghai', p.id, (ARRAY[10, 20, 20, 30, 30, 40, 50, NULL])[1 + (random() * 7)::int],
       (ARRAY['female', 'male', NULL])[1 + (random() * 2)::int], 1960 + (random() * 40)::int, false, CAST(:begins AS timestamptz)
FROM (SELECT i, floor(power(random(), 1.4) * (SELECT count(*) FROM bench_places))::int AS place
      FROM generate_series(1, :people) AS i) AS crowd
JOIN bench_places AS p ON p.i = crowd.place ORDER BY crowd.i
"""
# As events keep people: what they were at the moment. Each joined on some day; more and more did.
WHO = """
CREATE TEMP TABLE bench_who AS
SELECT row_number() OVER (ORDER BY q.id) - 1 AS i, q.id, b.i AS place, b.id AS place_id, b.path, q.position_level AS level, q.sex,
       row_number() OVER (PARTITION BY b.i ORDER BY q.id) - 1 AS seat,
       (ARRAY['18-25', '26-35', '36-45', '46-55', '56-65'])[1 + (2025 - q.birth_year - 18) / 10 % 5] AS age,
       (ARRAY['government', 'government', 'government', 'association', 'academia', NULL])[1 + (random() * 5)::int] AS office,
       floor(sqrt(random()) * :days)::int AS day, (ARRAY['phone', 'phone', 'computer', 'tablet'])[1 + (random() * 3)::int] AS device,
       CASE WHEN random() < 0.05 THEN 'en' ELSE 'zh-Hans' END AS language
FROM people AS q JOIN bench_places AS b ON b.id = q.place_id
"""
JOURNEYS = """
CREATE TEMP TABLE bench_journeys AS
SELECT row_number() OVER () - 1 AS i, w.i AS who, course,
       least(:days - 1, w.day + floor(random() * 120 * (n - 1))::int) AS day, random() AS u
FROM bench_who AS w CROSS JOIN generate_series(1, 3) AS n
CROSS JOIN LATERAL (SELECT (n - 1 + floor(random() * 3)::int + w.i * 0)::int % :courses AS course) AS c
WHERE n = 1 OR random() < 0.2
"""
_COLUMNS = """
INSERT INTO participation_events (id, kind, person_id, happened_at, recorded_at, source, course_id, step_id, training_id, place_id,
    place_path, organisation_type, position_level, sex, age_band, language, device, channel, graded, minutes)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))::uuid, kind, person, at,
       recorded, 'bench:' || lpad(i::text, 9, '0'), course_id, step_id, training, place_id, path, office, level, sex, age, language, device,
       channel, graded, minutes
FROM ({rows}) AS made
"""
_WHO = "w.id AS person, w.place_id, w.path, w.office, w.level, w.sex, w.age, w.language, w.device"
_AT = "CAST(:begins AS timestamptz) + (j.day * interval '1 day') + ({lag})"
LEARNT = _COLUMNS.format(rows=f"""
    SELECT nextval('bench_number') AS i, k.kind, at, at AS recorded, s.course_id,
           CASE WHEN k.graded IS NOT NULL THEN 'quiz' END AS step_id, NULL::uuid AS training, {_WHO}, 'online' AS channel, k.graded,
           NULL::int AS minutes
    FROM bench_journeys AS j JOIN bench_who AS w ON w.i = j.who JOIN bench_steps AS s ON s.course = j.course AND s.step = 0
    JOIN (VALUES ('enrolled', 1.0, 0, NULL), ('started', 0.7, 60, false), ('started', 0.62, 90, true), ('submitted', 0.58, 120, true),
                 ('passed', 0.42, 120, true), ('certified', 0.36, 121, NULL)) AS k (kind, least, minutes_after, graded) ON j.u < k.least
    CROSS JOIN LATERAL (SELECT {_AT.format(lag="j.u * interval '14 hours' + k.minutes_after * interval '1 minute'")} AS at) AS t
""")
TRAINED = _COLUMNS.format(rows=f"""
    SELECT nextval('bench_number') AS i, k.kind, at, at + random() * k.late * interval '1 day' AS recorded,
           NULL AS course_id, NULL AS step_id, t.id AS training, {_WHO}, 'onsite' AS channel, NULL::boolean AS graded, k.minutes
    FROM bench_trainings AS t JOIN bench_who AS w ON w.place = t.place AND w.seat BETWEEN t.round * :seats AND t.round * :seats + :seats - 1
    JOIN (VALUES ('invited', 1.0, -20, 0, NULL), ('registered', 0.93, -9, 0, NULL), ('attended', 0.85, 0, 3, 180),
                 ('attended', 0.85, 0, 3, 180), ('attended', 0.8, 1, 3, 180), ('attended', 0.8, 1, 3, 170), ('completed', 0.75, 2, 1, NULL)
         ) AS k (kind, least, day, late, minutes) ON (w.i * 7919 % 1000) / 1000.0 < k.least
    CROSS JOIN LATERAL (SELECT t.first_day::timestamptz + k.day * interval '1 day' + interval '3 hours' AS at) AS h
""")
# As many as are missing; who came first reads most, as in life.
VIEWED = _COLUMNS.format(rows=f"""
    SELECT nextval('bench_number') AS i, 'viewed' AS kind, at, at AS recorded, s.course_id, s.step_id, NULL::uuid AS training, {_WHO},
           'online' AS channel, NULL::boolean AS graded, NULL::int AS minutes
    FROM (SELECT n, n % :journeys AS journey, n / :journeys AS turn FROM generate_series(0, :missing - 1) AS n) AS v
    JOIN bench_journeys AS j ON j.i = v.journey JOIN bench_who AS w ON w.i = j.who
    JOIN bench_steps AS s ON s.course = j.course AND s.step = v.turn % {MORE_STEPS}
    CROSS JOIN LATERAL (SELECT {_AT.format(lag="least(v.turn / 3, :days - 1 - j.day) * interval '1 day' + v.turn * interval '7 minutes'")}
                        AS at) AS t
""")
# One in a hundred attendances was noted wrongly, and is taken back and noted anew some days later.
TAKEN_BACK = """
INSERT INTO participation_events (id, kind, person_id, happened_at, recorded_at, source, training_id, place_id, place_path,
    organisation_type, position_level, sex, age_band, language, device, channel, minutes, corrects_id)
SELECT (lpad(to_hex(1900000000000 + row_number() OVER ()), 12, '0') || '70009' || lpad(to_hex(row_number() OVER ()), 15, '0'))::uuid,
       'attended', person_id, happened_at, least(recorded_at + interval '6 days', CAST(:ends AS timestamptz)), source || '+again',
       training_id, place_id, place_path, organisation_type, position_level, sex, age_band, language, device, channel, 90, id
FROM participation_events WHERE kind = 'attended' AND right(source, 2) = '00'
"""
MERGED = """
UPDATE people SET merged_into_id = kept.id FROM bench_who AS gone
JOIN bench_who AS kept ON kept.place = gone.place AND kept.seat = gone.seat + 1
WHERE people.id = gone.id AND gone.seat % 500 = 7
"""
# More every year. Each row has what the sum grows by when it is rounded after every row: so they are as many as wanted, to the last one.
COUNTED = """
INSERT INTO view_counts (id, day, recorded_at, source, course_id, step_id, language, device, channel, number)
SELECT md5(concat_ws('/', day, step_id, course_id, language, device))::uuid, CAST(:first AS date) + day,
       CAST(:begins AS timestamptz) + (day + 2) * interval '1 day', 'views:' || (CAST(:first AS date) + day), course_id, step_id, language,
       device, 'online', round(:views * upto / total) - round(:views * (upto - weight) / total)
FROM (
    SELECT *, sum(weight) OVER (ORDER BY day, course, step, share) AS upto, sum(weight) OVER () AS total
    FROM generate_series(0, :days - 1) AS day, bench_steps,
         (VALUES ('zh-Hans', 'phone', 54), ('zh-Hans', 'computer', 27), ('zh-Hans', 'tablet', 9), ('en', 'phone', 6), ('en', 'computer', 3),
                 ('en', 'tablet', 1) LIMIT :kinds) AS kind (language, device, share)
         CROSS JOIN LATERAL (SELECT share * (200 + day)::bigint AS weight) AS heavy
) AS shared
"""
_SAME = "place_id, place_path, organisation_type, position_level, sex, age_band, language, device, channel"
ANOTHER_DAY = f"""
INSERT INTO participation_events (id, kind, person_id, happened_at, recorded_at, source, course_id, step_id, training_id, {_SAME}, graded,
    minutes)
SELECT md5(source || :begins)::uuid, kind, person_id, CAST(:begins AS timestamptz) + interval '9 hours',
       CAST(:begins AS timestamptz) + interval '9 hours',
       source || ':' || CAST(:begins AS timestamptz), course_id, step_id, training_id, {_SAME}, graded, minutes
FROM (SELECT * FROM participation_events WHERE corrects_id IS NULL AND kind <> 'retracted' AND recorded_at < CAST(:begins AS timestamptz)
      ORDER BY recorded_at DESC LIMIT :events) AS late
"""
RETRACTED = f"""
INSERT INTO participation_events (id, kind, person_id, happened_at, recorded_at, source, training_id, {_SAME}, corrects_id)
SELECT md5('back' || source)::uuid, 'retracted', person_id, happened_at, CAST(:begins AS timestamptz) + interval '10 hours',
       source || '+back', training_id, {_SAME}, id
FROM (SELECT * FROM participation_events AS noted WHERE kind = 'attended' AND corrects_id IS NULL AND source LIKE '%33' AND minutes = 180
      AND NOT EXISTS (SELECT FROM participation_events AS later WHERE later.corrects_id = noted.id) LIMIT :count) AS wrong
"""
LATER_MERGED = """
UPDATE people SET merged_into_id = kept.id FROM (
    SELECT id, lead(id) OVER (ORDER BY id) AS kept, row_number() OVER (ORDER BY id) AS number FROM people WHERE merged_into_id IS NULL
    ORDER BY id LIMIT 2 * :count
) AS pair JOIN people AS kept ON kept.id = pair.kept WHERE people.id = pair.id AND number % 2 = 1
"""
LATER_COUNTED = """
INSERT INTO view_counts (id, day, recorded_at, source, course_id, step_id, language, device, channel, number)
SELECT md5(id::text || :day)::uuid, CAST(:day AS date) - 1, CAST(:begins AS timestamptz) + interval '3 hours',
       'views:' || (CAST(:day AS date) - 1), course_id, step_id, language, device, channel, number
FROM view_counts WHERE day = CAST(:day AS date) - 2
"""


def fill(*, people: int, events: int, views: int, trainings: int) -> date:
    """Fill an upgraded database whose places are loaded; always the same. The last day on which anything happened, which is yesterday.

    Needs an application context and the rights of PostgreSQL's owner: checks of rows wait, and indices are made at the end.
    """
    zone = settings().programme_zone
    last = datetime.now(zone).date() - timedelta(days=1)
    first = last - timedelta(days=YEARS_DAYS - 1)
    begins = datetime(first.year, first.month, first.day, 8, tzinfo=zone)
    days = {"begins": begins, "days": YEARS_DAYS}
    with db.engine.begin() as connection:
        run = _runner(connection)
        run("SET LOCAL session_replication_role = replica")
        run("SET LOCAL work_mem = '256MB'")
        run("SET LOCAL maintenance_work_mem = '512MB'")
        run("SELECT setseed(0.421)")
        run(TABLES)
        steps = _steps()
        connection.execute(sa.text("INSERT INTO bench_steps VALUES (:course, :step, :course_id, :step_id)"), steps)
        say(f"{people:,} people")
        run(PEOPLE, people=people, surnames=SURNAMES, given=GIVEN, begins=begins)
        run(WHO, days=YEARS_DAYS)
        run(JOURNEYS, days=YEARS_DAYS, courses=1 + len(MORE_COURSES))
        run("ANALYZE bench_who")
        run("ANALYZE bench_journeys")
        _trainings(connection, trainings, first)
        say(f"{events:,} participation events")
        again = _without_indices(connection)
        run(LEARNT, **days)
        run(TRAINED, seats=PARTICIPANTS)
        run(TAKEN_BACK, ends=datetime.combine(last, datetime.min.time(), zone))
        missing = events - connection.execute(sa.text("SELECT count(*) FROM participation_events")).scalar_one()
        assert missing > 0, "fewer views than none: ask for more events or fewer people"
        journeys = connection.execute(sa.text("SELECT count(*) FROM bench_journeys")).scalar_one()
        run(VIEWED, missing=missing, journeys=journeys, **days)
        run(MERGED)
        say("and their indices")
        for statement in again:
            run(statement)
        say(f"{views:,} views")
        run(COUNTED, first=first, views=views, kinds=1 + min(5, views // 10_000_000), **days)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    return last


def a_day(day: date, events: int) -> None:
    """What happens on one more day: events, corrections of earlier ones, merges, and the views of the day before.

    Needs an application context.
    """
    zone = settings().programme_zone
    begins = datetime.combine(day, time.min, zone)
    with db.engine.begin() as connection:
        run = _runner(connection)
        run("SET LOCAL session_replication_role = replica")
        run(ANOTHER_DAY, begins=begins, events=events)
        run(RETRACTED, begins=begins, count=events // 100)
        run(LATER_MERGED, count=events // 300)
        run(LATER_COUNTED, day=day, begins=begins)


def _runner(connection: sa.Connection) -> Any:
    def run(statements: str, **values: Any) -> None:
        for each in statements.split(";\n"):
            connection.execute(sa.text(each), values)

    return run


def _steps() -> list[dict[str, Any]]:
    """Five courses; of the shipped one its own steps."""
    shipped = catalogue().courses[0]
    own = [step.id for step in shipped.steps]
    invented = [f"step-{number}" for number in range(MORE_STEPS)]
    return [
        {"course": course, "step": number, "course_id": course_id, "step_id": step}
        for course, (course_id, steps) in enumerate([(shipped.id, own + invented), *((each, invented) for each in MORE_COURSES)])
        for number, step in enumerate(steps[:MORE_STEPS])
    ]


def _trainings(connection: sa.Connection, count: int, first: date) -> None:
    """Trainings in all counties in turn, the days spread over the years; a later one in a county invites others."""
    places: list[UUID] = list(connection.execute(sa.text("SELECT id FROM bench_places ORDER BY i")).scalars())
    person = connection.execute(sa.select(Person.id).order_by(Person.id).limit(1)).scalar_one()
    made, held = [], []
    for number in range(count):
        at, key = number * 7 % len(places), new_id()
        day = first + timedelta(days=60 + (number * 37) % (YEARS_DAYS - 70))
        begun = datetime.combine(day - timedelta(days=50), time(9), settings().programme_zone)
        made.append({
            "id": key, "code": new_code(), "state": TrainingState.CLOSED, "place_id": places[at], "language": "zh-Hans",
            "zone": "Asia/Shanghai", "first_day": day, "last_day": day + timedelta(days=1), "created_by_id": person, "created_at": begun,
            "changed_at": begun,
        })
        held.append({"id": key, "place": at, "round": number // len(places), "first_day": day})
    connection.execute(sa.insert(Training), made)
    connection.execute(sa.text("CREATE TEMP TABLE bench_trainings (id uuid, place int, round int, first_day date)"))
    connection.execute(sa.text("INSERT INTO bench_trainings VALUES (:id, :place, :round, :first_day)"), held)
    connection.execute(sa.text("ANALYZE bench_trainings"))


def _without_indices(connection: sa.Connection) -> list[str]:
    """Drop the indices of the events that no other table needs; the statements that make them again, which takes a fraction of the time."""
    known = connection.execute(sa.text("""
        SELECT i.indexname, i.indexdef, c.conname FROM pg_indexes AS i LEFT JOIN pg_constraint AS c ON c.conname = i.indexname
        WHERE i.tablename = 'participation_events' AND i.indexname NOT LIKE 'pk%'
    """)).all()
    again = []
    for name, definition, constraint in known:
        table = "ALTER TABLE participation_events"
        connection.execute(sa.text(f'{table} DROP CONSTRAINT "{name}"' if constraint else f'DROP INDEX "{name}"'))
        again.append(definition)
        if constraint:
            again.append(f'{table} ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{name}"')
    return again
