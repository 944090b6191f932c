"""A draft becomes the questionnaire in force, after a look at what changes; and back again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.i18n import _, localised
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.writing import to_file
from webapp.questionnaires import access, drafting, forms_builder, labels, library, queries_builder, services_builder
from webapp.questionnaires.models import QuestionnaireDraft
from webapp.questionnaires.rules_builder import DraftChanged, NotReadyToPublish
from webapp.questionnaires.services_builder import NOW
from webapp.questionnaires.views_builder import HOME, ONE, draft_or_404, seen, sent_before

bp = Blueprint("publishing", __name__, template_folder="templates")


@bp.get(ONE + "publish")
@allow(access.author)
def publishing(questionnaire_id: str) -> str:
    """What publishing would change, what has problems, and the revisions so far. At most six queries."""
    draft, volume = db.session.get(QuestionnaireDraft, questionnaire_id), library.volume(questionnaire_id)
    if draft is None and volume is None:
        abort(404)
    one = drafting.read(draft.content[NOW]) if draft else None
    return render_template(
        "questionnaires/builder_publish.html", draft=draft, volume=volume, one=one or (volume.questionnaire if volume else None),
        change=drafting.difference(volume.questionnaire if volume else None, one) if one else None, labels=labels,
        troubles=drafting.troubles(draft.content[NOW]) if draft else (), used=queries_builder.in_use(questionnaire_id),
        history=queries_builder.history(questionnaire_id), key=new_id(), in_words=forms_builder.in_words,
    )


@bp.post(ONE + "publish")
@allow(access.author)
def publish(questionnaire_id: str) -> Any:
    """Publish the draft that was looked at, or withdraw what was published."""
    who, now = me(), clock.now()
    if request.form.get("act") == "withdraw":
        with unit_of_work():
            done = services_builder.withdraw(questionnaire_id=questionnaire_id, person_id=who.person_id, now=now)
        flash(_("Withdrawn. What was published stays readable for sheets written under it.") if done else _("Nothing is published."), "ok")
        return redirect(address(f"{HOME}{questionnaire_id}/" if library.volume(questionnaire_id) else HOME), 303)
    try:
        with unit_of_work():
            if sent_before() is None:
                services_builder.publish(draft=draft_or_404(questionnaire_id), version=seen(), person_id=who.person_id, now=now)
    except (DraftChanged, NotReadyToPublish) as error:
        flash(str(error), "warn")
        return redirect(address(f"{HOME}{questionnaire_id}/publish"), 303)
    flash(_("Published. It is in force from now on."), "ok")
    return redirect(address(f"{HOME}{questionnaire_id}/"), 303)


@bp.get(ONE + "discard")
@allow(access.author)
def discarding(questionnaire_id: str) -> str:
    """Asks whether to throw the draft away, and offers it as a file first. One query."""
    draft = draft_or_404(questionnaire_id)
    name = localised(drafting.read(draft.content[NOW]).title) or questionnaire_id
    return render_template("questionnaires/builder_discard.html", draft=draft, name=name, key=new_id())


@bp.get(HOME + "<questionnaire_id>.draft.yaml")
@allow(access.author)
def draft_file(questionnaire_id: str) -> Response:
    """The draft as a file, complete or not."""
    answer = make_response(to_file(drafting.read(draft_or_404(questionnaire_id).content[NOW])))
    answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{questionnaire_id}.yaml"'
    return answer
