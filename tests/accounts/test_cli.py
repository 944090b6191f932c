"""People from the command line."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts.cli import people
from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.accounts.models_imports import ImportRun
from webapp.accounts.models_signing import SecondFactor
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.database import db


@pytest.fixture
def run(app):
    """`run("create", ..., typed="...")` is the result of the command."""
    return lambda *arguments, typed="": CliRunner().invoke(people, arguments, obj=lambda: app, input=typed)


def test_the_first_administrator_gets_a_link_that_works_once_and_no_password(database, client, run, outbox):
    result = run("create", "--role", "administrator", typed="王主任\nboss@example.org\n")
    assert result.exit_code == 0, result.output
    path = re.search(r"http://localhost(/reset-password/\S+)", result.output)[1]
    row = db.session.scalars(select(SignIn)).one()
    assert (row.password_hash, row.verified_at, row.person.name) == (None, None, "王主任")
    assert path in outbox()[-1].text
    grant = db.session.scalars(select(RoleGrant)).one()
    assert (grant.role, grant.place_id) == (Role.ADMINISTRATOR, None)
    assert [entry.action for entry in db.session.scalars(select(AuditEntry))] == ["role.granted"]
    assert client.post(path, data={"password": NEW_PASSWORD}).status_code == 303
    assert client.post(path, data={"password": NEW_PASSWORD}).status_code == 410


def test_a_role_may_hold_for_a_place(cast, run):
    result = run("create", "--name", "周敏", "--email", "zhou@example.org", "--role", "trainer", "--place", "CN:130102", "--language", "en")
    assert result.exit_code == 0, result.output
    person_id = db.session.scalars(select(SignIn.person_id).where(SignIn.email_key == "zhou@example.org")).one()
    grants = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id))
    assert [(grant.role, grant.place_id) for grant in grants] == [(Role.TRAINER, cast.places.county.id)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("--name", "周敏", "--email", "zhou"), "name@example.org"), (("--name", " ", "--email", "z@example.org"), "name of at most 120"),
     (("--name", "周敏", "--email", "learner@example.org"), "somebody else"),
     (("--name", "周敏", "--email", "z@example.org", "--role", "owner"), "owner"),
     (("--name", "周敏", "--email", "z@example.org", "--role", "staff", "--place", "000000"), "no open place has the code 000000")],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_kept(cast, run, arguments, sentence):
    result = run("create", *arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert db.session.scalars(select(SignIn).where(SignIn.email_key.in_(("z@example.org", "zhou")))).first() is None


def test_somebody_locked_out_gets_a_new_link(cast, client, run):
    path = re.search(r"http://localhost(/reset-password/\S+)", run("link", "Learner@example.org").output)[1]
    assert client.post(path, data={"password": NEW_PASSWORD}).status_code == 303
    result = run("link", "nobody@example.org")
    assert result.exit_code == 1
    assert "nobody signs in" in result.output


def test_a_second_factor_is_reset_for_somebody_who_lost_everything(database, cast, run, outbox):
    now = clock.now()
    db.session.add(SecondFactor(sign_in_id=cast.sign_in_ids["learner"], sealed_secret="x", created_at=now, confirmed_at=now, last_step=0))
    db.session.commit()
    assert run("reset-second-factor", "LEARNER@example.org").exit_code == 0
    assert db.session.get(SecondFactor, cast.sign_in_ids["learner"]) is None
    assert outbox()[-1].recipient == cast.email("learner")
    assert "second_factor.switched_off" in set(db.session.scalars(select(AuditEntry.action)))
    assert "no second factor" in run("reset-second-factor", "learner@example.org").output
    assert "nobody signs in" in run("reset-second-factor", "nobody@example.org").output


def test_a_file_of_people_is_brought_in_by_an_administrator(cast, run, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("姓名,邮箱,县,工作单位\n孙小美,sun@example.org,桥西区,桥西区统计局\n,nobody@example.org,桥西区,\n", encoding="gb18030")
    tried = run("import", str(file), "--as", "administrator@example.org", "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "Row 3" in tried.output or "第3行" in tried.output
    assert db.session.scalars(select(SignIn).where(SignIn.email_key == "sun@example.org")).first() is None
    assert db.session.scalars(select(ImportRun)).all() == []
    result = run("import", str(file), "--as", "administrator@example.org")
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    person = db.session.scalars(select(SignIn).where(SignIn.email_key == "sun@example.org")).one().person
    assert (person.name, person.place_id) == ("孙小美", cast.places.second_county.id)
    assert "nobody signs in" in run("import", str(file), "--as", "nobody@example.org").output
    refused = run("import", str(file), "--as", "learner@example.org")
    assert refused.exit_code == 1
    assert db.session.scalars(select(Person).where(Person.name == "孙小美")).all() == [person]
