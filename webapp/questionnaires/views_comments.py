"""What is said at a field, or about the whole sheet: threads with replies that are ticked off."""

from __future__ import annotations

from dataclasses import field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request

from webapp.core.access import signed_in
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.idempotency import claim
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.paths import field_of, locate
from webapp.questionnaires import mail, queries, services
from webapp.questionnaires.desk import Desk, worksheet_or_404
from webapp.questionnaires.models import SheetComment
from webapp.questionnaires.presenting import title_of
from webapp.questionnaires.section_form import uuid_of
from webapp.questionnaires.views_sheet import SHEET, bp


@dataclass
class Thread:
    """A comment with the replies to it, each with its writer's name, oldest first."""

    row: SheetComment
    name: str
    replies: list[tuple[SheetComment, str]] = field(default_factory=list)


def threads_at(sheet_id: UUID, at: str) -> list[Thread]:
    """Threads at a field, or (an empty path) about the whole sheet; those ticked off come last. One query."""
    found: dict[UUID, Thread] = {}
    for row, name in queries.comments(sheet_id):
        if row.reply_to_id is None and field_of(row.path or "") == at:
            found[row.id] = Thread(row, name)
        elif row.reply_to_id in found:
            found[row.reply_to_id].replies.append((row, name))
    return sorted(found.values(), key=lambda each: each.row.resolved_at is not None)


@bp.get(SHEET + "comments")
@signed_in
def comments(sheet_id: UUID) -> Any:
    """The threads at the field `at`. The page's script shows the same beside the field."""
    return _shown(worksheet_or_404(sheet_id), _place(request.args.get("at", "")))


def _place(path: str) -> str:
    return field_of(path)[:60]


def _shown(desk: Desk, at: str, *, problem: str = "", typed: str = "", reply_to: UUID | None = None) -> str:
    asked = desk.questionnaire.field(at) if at else None
    if at and asked is None:
        abort(404)
    return render_template(
        "questionnaires/talk.html", desk=desk, at=at, asked=asked, threads=threads_at(desk.sheet.id, at), key=new_id(), problem=problem,
        typed=typed, reply_to=reply_to, title=title_of(desk.sheet, desk.questionnaire),
        back=f"{desk.url}{desk.questionnaire.section_of(at).id}#f-{at}" if asked else desk.url,
    )


@bp.post(SHEET + "comments")
@signed_in
def say(sheet_id: UUID) -> Any:
    """Comment, reply, or tick a thread off."""
    desk, at = worksheet_or_404(sheet_id), _place(request.form.get("at", ""))
    if at and locate(desk.questionnaire, at) is None and desk.questionnaire.field(at) is None:
        abort(404)
    text, reply_to = request.form.get("text", "").strip(), uuid_of(request.form.get("reply_to"))
    done = uuid_of(request.form.get("resolve") or request.form.get("reopen"))
    if done is None and not 0 < len(text) <= services.COMMENT_LENGTH:
        limit = services.COMMENT_LENGTH
        problem = _("A comment has %(limit)d characters at most.", limit=limit) if text else _("Please write something.")
        return _shown(desk, at, problem=problem, typed=text, reply_to=reply_to), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work():
        threads = {each.row.id: each for each in threads_at(sheet_id, at)}
        if (done or reply_to) and (done or reply_to) not in threads:
            abort(404)
        if done is not None:
            services.resolve(row=threads[done].row, person_id=desk.who.person_id, now=desk.now, done="resolve" in request.form)
        elif claim(person_id=desk.who.person_id, key=request.form.get("key", str(new_id())), now=desk.now) is None:
            services.comment(
                sheet=desk.sheet, person_id=desk.who.person_id, text=text, now=desk.now, path=at or None, reply_to_id=reply_to,
                feedback=desk.role is None,
            )
            mail.tell(
                sheet=desk.sheet, title=title_of(desk.sheet, desk.questionnaire), news=mail.News.COMMENTED, by=desk.who.name,
                actor_id=desk.who.person_id, now=desk.now, thread=reply_to,
            )
    return redirect(f"{desk.url}comments?at={at}", 303)
