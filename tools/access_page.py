"""The page of who may open what, `docs/access.md`, from the program's own declarations.

Run as `python tools/access_page.py` it writes the page; with `--check` it exits with 1 if the page is not current. The tests of
`tests/architecture/test_access_matrix.py` ask the running program for every cell of it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flask import Flask
from page_of_docs import run
from werkzeug.routing import Rule

from webapp import create_app
from webapp.accounts.models import Role
from webapp.accounts.rights import RIGHTS, Right, allows, sentences
from webapp.core import access
from webapp.core.config import Mode, Settings

# Where the record of an address lies, by the name in the address. Records without a place are those who administer everything see.
RECORDS = {
    "person_id": "where the person works",
    "organisation_id": "the organisation's place",
    "place_id": "the place itself",
    "grant_id": "the place of the role",
    "invitation_id": "the place of the code",
    "survey_id": "the survey's place",
}
PLACES = ("own county", "other county", "parent city", "other country")
HEAD = """\
# Who may open what

Everything is closed unless the program says who may open it: an address without a declared permission stops the start. This page
is made from those declarations by `python tools/access_page.py`; `make check` fails when it is not current, and a test asks the
running program for every cell.

- **anyone**: without an account. Addresses with a `<token>` or `<code>` open for whoever holds it.
- **signed in**: everybody with an account, for their own records only. Others are led to the sign-in page.
- **roles**: granted for a place, and good for it and everything below it. To other signed-in people the address does not exist
  (404). Lists show only what lies in the places of the role.
- **holders of an access token**: programs, in the name of its owner, as far as the token's scopes and place and the owner's roles
  reach at that moment ([docs/api.md](api.md)). Cookies do not count there.
- **machines**: addresses that watch the server; `/metrics` asks for a token or the machine itself.

In development mode there are two more: the mailbox and the style guide.
"""


def the_app() -> Flask:
    """The application as it runs in production, without a database."""
    with tempfile.TemporaryDirectory() as folder:
        return create_app(Settings(mode=Mode.PRODUCTION, data_dir=Path(folder), secret_key="m" * 40))


def right_of(predicate: str) -> Right:
    """The right that an access function asks for."""
    return next(right for right in RIGHTS if predicate in right.predicates)


def rules_of(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every address with the kind of its permission and for whom, by address; the style guide is no part of the product."""
    declared = access.declared(app)
    listed = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(("styleguide.", "mailbox."))]
    return sorted(((rule, *declared[rule.endpoint]) for rule in listed), key=lambda each: (each[0].rule, sorted(each[0].methods or ())))


def record_of(rule: Rule) -> str | None:
    """The name in the address that leads to a record with a place."""
    return next((name for name in RECORDS if name in rule.arguments), None)


def may_open(right: Right, role: Role, place: str, *, everywhere: bool) -> bool:
    """Whether a role, granted for one county or everywhere, opens a record in one of `PLACES`."""
    return allows(role, right, everywhere=everywhere) and (everywhere or place == PLACES[0])


def who(kind: str, predicate: str) -> str:
    """For whom an address is, in words."""
    if kind != access.ALLOWED:
        return predicate
    right = right_of(predicate)
    named = ", ".join(role.value for role in Role if role in right.roles)
    return f"{named} everywhere" if right.everywhere else named


def _methods(rule: Rule) -> str:
    return ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def _roles() -> str:
    text = "\n## What each role allows\n"
    for role in Role:
        text += f"\n**{role.value}**, granted for a place:\n\n" + "".join(f"- {each}\n" for each in sentences(role, "the place"))
        more = [each for each in sentences(role, None) if each not in sentences(role, "all places")]
        if more:
            text += f"\n**{role.value}** everywhere, besides:\n\n" + "".join(f"- {each}\n" for each in more)
    return text


def _records(app: Flask) -> str:
    text = (
        "\n## Addresses of a record, by the place of the record\n\nThe role was granted for one county. The parent city lies above it, "
        "so it is not the role's. A role granted everywhere opens all four.\n\n"
        f"| address | by the record's place | role | {' | '.join(PLACES)} |\n| --- | --- | --- | {' | '.join('---' for _ in PLACES)} |\n"
    )
    for rule, kind, predicate in rules_of(app):
        name = record_of(rule)
        if kind != access.ALLOWED or name is None:
            continue
        right = right_of(predicate)
        for role in Role:
            if allows(role, right, everywhere=False):
                cells = ["yes" if may_open(right, role, place, everywhere=False) else "404" for place in PLACES]
                text += f"| {_methods(rule)} `{rule.rule}` | {RECORDS[name]} | {role.value} | {' | '.join(cells)} |\n"
    return text


def _addresses(app: Flask) -> str:
    text = "\n## Every address\n\n| address | methods | for whom |\n| --- | --- | --- |\n"
    for rule, kind, predicate in rules_of(app):
        shown = rule.rule.replace("|", "\\|")
        text += f"| `{shown}` | {_methods(rule)} | {who(kind, predicate)} |\n"
    return text


def page() -> str:
    """The whole page."""
    app = the_app()
    with app.app_context():
        return HEAD + _roles() + _records(app) + _addresses(app)


if __name__ == "__main__":
    sys.exit(run("access.md", page, __doc__))
