"""People from the command line: the first administrator, and a new link for somebody who is locked out."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from webapp.accounts import mail, rules, sealing, services, services_imports, services_links, services_second_factor
from webapp.accounts.models import OrganisationType, Role, SignIn
from webapp.accounts.models_imports import ImportRun
from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, _
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.places.models import Place


@click.group()
def people() -> None:
    """People and their sign-ins."""


def _name(text: str) -> str:
    try:
        return rules.name_of(text)
    except rules.Refused as refused:
        raise click.BadParameter("please give a name of at most 120 characters, without a web address") from refused


def _email(text: str) -> str:
    try:
        return rules.email_of(text)
    except rules.Refused as refused:
        raise click.BadParameter("please give an address such as name@example.org") from refused


@people.command("create")
@click.option("--name", prompt="Name", callback=lambda _ctx, _param, text: _name(text), help="Name, in any script.")
@click.option("--email", prompt="E-mail", callback=lambda _ctx, _param, text: _email(text), help="Address with which the person signs in.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Role to grant.")
@click.option("--place", "code", help="Official code of the place for which the role holds, as CN:330500; without it everywhere.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of pages and mails; the default language if not given.")
@with_app
def create(name: str, email: str, role: str | None, code: str | None, language: str | None) -> None:
    """Add a person, grant a role, and print a link that works once to choose the password."""
    now, tag = clock.now(), language or settings().default_language
    with unit_of_work():
        person = services.create_person(name=name, language=tag, time_zone=settings().programme_zone.key, now=now)
        sign_in = services.create_sign_in(person=person, email=email, now=now)
        if role is not None:
            services.grant_role(person=person, role=Role(role), place=_place(code), now=now, actor_id=None, reason="command line")
        token = services_links.invite(sign_in=sign_in, language=tag, now=now)
    _say(token)


@people.command("link")
@click.argument("email")
@with_app
def link(email: str) -> None:
    """Print a new link that works once to choose a password."""
    with unit_of_work():
        sign_in = db.session.scalars(select(SignIn).where(SignIn.email_key == rules.email_key(email))).one_or_none()
        if sign_in is None:
            raise click.ClickException("nobody signs in with this address")
        token = services_links.invite(sign_in=sign_in, language=sign_in.person.language, now=clock.now())
    _say(token)


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="E-mail address of the administrator in whose places people are registered.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Day from which changes of work hold; today if left out.")
@click.option("--type", "kind", type=click.Choice([each.value for each in OrganisationType]), default="government", show_default=True,
              help="Type of organisations that are new, where a row names none.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@with_app
def import_file(file: Path, email: str, since: datetime | None, kind: str, *, dry_run: bool) -> None:
    """Bring people in from a CSV or XLSX FILE; columns are told by their headings, as they were the last time or by their names."""
    with file.open("rb") as source:
        data = source.read(services_imports.LARGEST.size + 1)
    now = clock.now()
    with unit_of_work():
        actor_id = db.session.scalar(select(SignIn.person_id).where(SignIn.email_key == rules.email_key(email)))
        if actor_id is None:
            raise click.ClickException("nobody signs in with this address")
        run = services_imports.stage(data=data, actor_id=actor_id, now=now)
        services_imports.prepare(
            run=run, columns=run.columns, since=since.date() if since else clock.today(settings().programme_zone),
            organisation_type=OrganisationType(kind), mail=False, language=settings().default_language, now=now,
        )
        run_id = run.id
        _report(run)
        if dry_run:
            services_imports.discard(run)
            return
        services_imports.confirm(run=run, now=now)
    with click.progressbar(length=run.total, file=sys.stderr) as bar:
        services_imports.carry_out(run_id, lambda done, _total: bar.update(done - bar.pos))


def _report(run: ImportRun) -> None:
    for row, sentence in run.problems:
        click.echo(_("Row %(row)d: %(sentence)s", row=row, sentence=sentence), err=True)
    click.echo(_("New %(new)d, changed %(changed)d, unchanged %(unchanged)d, with problems %(wrong)d.", **run.counts))


@people.command("reset-second-factor")
@click.argument("email")
@with_app
def reset_second_factor(email: str) -> None:
    """Switch the second factor off for somebody who lost phone and recovery codes; every browser is signed out."""
    with unit_of_work():
        sign_in_id = db.session.scalar(select(SignIn.id).where(SignIn.email_key == rules.email_key(email)))
        if sign_in_id is None:
            raise click.ClickException("nobody signs in with this address")
        if not services_second_factor.is_set_up(sign_in_id):
            raise click.ClickException("this account has no second factor")
        services_second_factor.switch_off(sign_in_id=sign_in_id, now=clock.now())
    click.echo("The second factor is switched off; a notice was mailed.")


@people.command("seal-anew")
@with_app
def seal_anew() -> None:
    """After a change of the secret key: seal the second factors that the previous key sealed under the present one."""
    with unit_of_work():
        try:
            count = services_second_factor.seal_anew()
        except sealing.Unreadable as error:
            raise click.ClickException("a second factor is sealed under neither key; nothing was changed") from error
    click.echo(f"Sealed anew: {count}. LOCALGOALS_SECRET_KEY_PREVIOUS may go when everybody has signed in again.")


def _place(code: str | None) -> Place | None:
    if code is None:
        return None
    country, _colon, rest = code.rpartition(":")
    place = places.by_code(country or "CN", rest)
    if place is None:
        raise click.ClickException(f"no open place has the code {code}")
    return place


def _say(token: str) -> None:
    click.echo("Within 3 days, once, choose the password on this page (the link was mailed too):")
    click.echo(mail.link(f"/reset-password/{token}"))
