"""Saved views: under a name, shared with staff of the same places, mailed after each month or quarter."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import abort, flash, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.i18n import _, lazy
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.statistics import access, described, filter_form
from webapp.statistics import services_views as services
from webapp.statistics.answers import source
from webapp.statistics.asking import Asked, query_of, read
from webapp.statistics.models import Cadence, SavedView
from webapp.statistics.pages import ALSO, PAGES
from webapp.statistics.rules_views import ViewError
from webapp.statistics.views import bp

CADENCES = {Cadence.MONTHLY: lazy("after each month"), Cadence.QUARTERLY: lazy("after each quarter")}
PATH = "/statistics/views"


@bp.get(PATH)
@allow(access.see_statistics)
def views() -> str:
    """One's own views, those of others that are shared, and deleted ones that can be brought back."""
    who = me()
    own, deleted = services.kept(services.mine(who.person_id), clock.now())
    return render_template(
        "statistics/views.html", own=own, deleted=deleted, shared=services.shared_with(who.person_id, access.scope(who)),
        mailed={view: str(CADENCES[each]) for view, each in services.mailings(who.person_id).items()}, pages=filter_form.TABS,
        tabs=filter_form.tabs("views", ""),
    )


@bp.get(f"{PATH}/new")
@allow(access.see_statistics)
def new_view() -> Any:
    """The name of a new view, and what it shows."""
    page, asked = _wanted()
    return _form(page, asked)


@bp.post(f"{PATH}/new")
@allow(access.see_statistics)
def save_view() -> Any:
    """Keep it."""
    page, asked = _wanted()
    who, cadence = me(), _cadence()
    try:
        with unit_of_work():
            view = services.save(
                person_id=who.person_id, name=request.form.get("name", ""), page=page, query=query_of(asked), place_id=_place(asked),
                now=clock.now(),
            )
            services.share(view=view, shared=request.form.get("shared") == "1", now=clock.now())
            services.mail(view_id=view.id, person_id=who.person_id, cadence=cadence, now=clock.now())
    except ViewError as refused:
        return _form(page, asked, refused=refused), 400
    flash(_("The view is saved."), "ok")
    return redirect(address(PATH), 303)


@bp.get(f"{PATH}/<uuid:view_id>")
@allow(access.see_statistics)
def view(view_id: UUID) -> str:
    """Name, sharing and mails of a view; of others' only the mails."""
    return _edit(_view(view_id))


@bp.post(f"{PATH}/<uuid:view_id>")
@allow(access.see_statistics)
def change_view(view_id: UUID) -> Any:
    """Change them."""
    found, who, cadence, now = _view(view_id), me(), _cadence(), clock.now()
    try:
        with unit_of_work():
            if found.person_id == who.person_id:
                services.rename(view=found, name=request.form.get("name", ""))
                services.share(view=found, shared=request.form.get("shared") == "1", now=now)
            services.mail(view_id=view_id, person_id=who.person_id, cadence=cadence, now=now)
    except ViewError as refused:
        return _edit(_view(view_id), refused=refused), 400
    flash(_("The view is changed."), "ok")
    return redirect(address(PATH), 303)


@bp.get(f"{PATH}/<uuid:view_id>/open")
@allow(access.see_statistics)
def open_view(view_id: UUID) -> Response:
    """The page of a view, judged by the rights of whoever opens it."""
    found = _view(view_id)
    path = "/statistics/" if found.page == "overview" else f"/statistics/{found.page}"
    return redirect(address(path) + (f"?{found.query}" if found.query else ""))


@bp.post(f"{PATH}/<uuid:view_id>/delete")
@allow(access.see_statistics)
def delete_view(view_id: UUID) -> Response:
    """Delete one's own view; it can be brought back."""
    with unit_of_work():
        services.remove(view=_own(view_id), now=clock.now())
    flash(_("The view is deleted. For 30 days it can be brought back below."), "ok")
    return redirect(address(PATH) + "#deleted", 303)


@bp.post(f"{PATH}/<uuid:view_id>/restore")
@allow(access.see_statistics)
def restore_view(view_id: UUID) -> Response:
    """Bring it back."""
    with unit_of_work():
        services.restore(view=_own(view_id))
    flash(_("The view is back, with its mails."), "ok")
    return redirect(address(PATH), 303)


def _view(view_id: UUID) -> SavedView:
    who = me()
    return services.opened(view_id, who.person_id, access.scope(who)) or abort(404)


def _own(view_id: UUID) -> SavedView:
    found = _view(view_id)
    return found if found.person_id == me().person_id else abort(404)


def _wanted() -> tuple[str, Asked]:
    """The page to keep, asked as its address asks it. 404 for a page that there is not, 400 for what it cannot be asked."""
    page = request.args.get("page", "overview")
    if page not in PAGES:
        abort(404)
    try:
        pairs = parse_qsl(request.args.get("query", "")[:4000], max_num_fields=100)
        asked = read(MultiDict(pairs), access.scope(me()), source(clock.now()), ALSO[page], clock.now())
    except ValueError:
        abort(400)
    return page, asked


def _cadence() -> Cadence | None:
    text = request.form.get("cadence", "")
    if not text:
        return None
    return Cadence(text) if text in set(Cadence) else abort(400)


def _place(asked: Asked) -> UUID | None:
    """Whose staff may see the view when it is shared: the place asked for, else the reader's own; none for all places."""
    if asked.place is not None:
        return asked.place.id
    held = places.at_paths(asked.allowed) if asked.allowed else []
    return held[0].id if held else None


def _form(page: str, asked: Asked, *, refused: ViewError | None = None) -> str:
    query = query_of(asked)
    return render_template(
        "statistics/view.html", view=None, own=True, refused=refused, title=_("Save this view"), page=str(filter_form.TABS[page]),
        covered=described.about(asked), cadences=_cadences(), name=request.form.get("name", ""),
        shared=request.form.get("shared") == "1", cadence=request.form.get("cadence", ""),
        action=address(f"{PATH}/new", page=page, query=query), tabs=filter_form.tabs("views", ""),
    )


def _edit(found: SavedView, *, refused: ViewError | None = None) -> str:
    who = me()
    cadence = services.mailings(who.person_id).get(found.id)
    return render_template(
        "statistics/view.html", view=found, own=found.person_id == who.person_id, refused=refused, title=found.name,
        page=str(filter_form.TABS[found.page]), covered=[], cadences=_cadences(), name=request.form.get("name", found.name),
        shared=request.form.get("shared") == "1" if request.form else found.shared,
        cadence=request.form.get("cadence", cadence.value if cadence else ""), action=address(f"{PATH}/{found.id}"),
        tabs=filter_form.tabs("views", ""),
    )


def _cadences() -> list[tuple[str, str]]:
    return [(each.value, str(said)) for each, said in CADENCES.items()]
