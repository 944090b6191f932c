"""The list of sign-ins; what can be done with one stands on the page of its person."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from webapp.accounts import access
from webapp.accounts.sign_ins_list import sign_ins_list
from webapp.accounts.views_admin_people import administrator
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.listing_files import save_as

bp = Blueprint("admin_sign_ins", __name__)


@bp.get("/admin/sign-ins/")
@allow(access.administer)
def sign_ins() -> str:
    """Who can sign in, in the administrator's trees."""
    listing = sign_ins_list(administrator())
    return render_template("accounts/admin_sign_ins.html", page=listing.page(listing.asked(request.args)))


@bp.post("/admin/sign-ins/export/<form>")
@allow(access.administer)
def export(form: str) -> Response:
    """The list as a file."""
    who = administrator()
    return save_as(sign_ins_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())
