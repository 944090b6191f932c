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
from webapp.interface.routes import ROUTES, Route

bp = Blueprint("interface", __name__, template_folder="templates")
# Its own blueprint, since it alone is exempt from the CSRF check: it takes no cookie as proof of anything.
bp_v1 = Blueprint("interface_v1", __name__)


@bp.get("/api/")
@public
def page() -> str:
    """What the interface can do and how to begin."""
    from webapp.interface.fields import MOST  # noqa: PLC0415  see `routes`: no start waits for models that few requests need
    from webapp.interface.operations import OPERATIONS  # noqa: PLC0415
    from webapp.interface.problems import titles  # noqa: PLC0415
    from webapp.interface.serving import LARGEST_BODY, PER_WINDOW  # noqa: PLC0415

    return render_template(
        "interface/page.html", operations=OPERATIONS, scope_rows=[(scope.value, str(words)) for scope, words in SCOPES.items()],
        titles=titles(), per_minute=PER_WINDOW, most=MOST, days=LONGEST_DAYS, kilobytes=LARGEST_BODY // 1024, home=settings().public_url,
    )


@bp.get("/api/openapi.json")
@public
def openapi() -> Response:
    """The document for programs."""
    from webapp.interface.document import document  # noqa: PLC0415  as above

    with speaking("en"):
        return Response(json.dumps(document(), ensure_ascii=False), content_type="application/json")


def _view(route: Route) -> Callable[..., Response]:
    @token_holders
    def answer(item_id: UUID | None = None) -> Response:
        from webapp.interface.operations import BY_NAME  # noqa: PLC0415  as above
        from webapp.interface.serving import serve  # noqa: PLC0415

        return serve(BY_NAME[route.name], item_id)

    return answer


for each in ROUTES:
    bp_v1.add_url_rule(each.rule, each.name, _view(each), methods=[each.method])
