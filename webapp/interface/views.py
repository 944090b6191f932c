"""The addresses of the interface, its document, and the page that explains it to people."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, render_template

from webapp.accounts.forms_tokens import SCOPES
from webapp.accounts.services_tokens import LONGEST_DAYS
from webapp.core.access import public, token_holders
from webapp.core.config import settings
from webapp.core.i18n import speaking
from webapp.interface.document import document
from webapp.interface.fields import MOST
from webapp.interface.operations import OPERATIONS, Operation
from webapp.interface.problems import titles
from webapp.interface.serving import LARGEST_BODY, PER_WINDOW, serve

bp = Blueprint("interface", __name__, template_folder="templates")
# Its own blueprint, since it alone is exempt from the CSRF check: it takes no cookie as proof of anything.
bp_v1 = Blueprint("interface_v1", __name__)


@bp.get("/api/")
@public
def page() -> str:
    """What the interface can do and how to begin."""
    return render_template(
        "interface/page.html", operations=OPERATIONS, scope_rows=[(scope.value, str(words)) for scope, words in SCOPES.items()],
        titles=titles(), per_minute=PER_WINDOW, most=MOST, days=LONGEST_DAYS, kilobytes=LARGEST_BODY // 1024, home=settings().public_url,
    )


@bp.get("/api/openapi.json")
@public
def openapi() -> Response:
    """The document for programs."""
    with speaking("en"):
        return Response(json.dumps(document(), ensure_ascii=False), content_type="application/json")


def _view(operation: Operation) -> Callable[..., Response]:
    @token_holders
    def answer(item_id: UUID | None = None) -> Response:
        return serve(operation, item_id)

    return answer


for each in OPERATIONS:
    bp_v1.add_url_rule(each.rule, each.name, _view(each), methods=[each.method])
