"""Base of forms: shape and type only; rules live in the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, g, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf

from webapp.core.i18n import lazy

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

MOST_TOKENS = 4096


def form_token() -> str:
    """The token of this browser's forms. It is signed once a process and session: signing it anew for each page proves no more."""
    known: dict[str, str] = current_app.extensions.setdefault("form_tokens", {})
    secret = session.get("csrf_token")
    found = known.get(secret) if isinstance(secret, str) else None
    if found is not None:
        g.csrf_token = found
        return found
    made = str(generate_csrf())
    if len(known) >= MOST_TOKENS:
        known.clear()
    known[session["csrf_token"]] = made
    return made


class Form(FlaskForm):  # type: ignore[misc]
    """A form with CSRF whose built-in messages are ours, in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How WTForms builds the fields."""

        locales = False

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Trim text as people type it: a space at the end of an address is no part of it."""
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ != "PasswordField":
                filters = [*filters, _trimmed]
            return unbound_field.bind(form=form, filters=filters, **options)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


REQUIRED = lazy("Please fill this in.")
TOO_LONG = lazy("This is too long; %(max)d characters are allowed.")


def too_long(longest: int) -> LazyString:
    """`TOO_LONG` with its number, for sentences made at import: `%` would choose the language there and then."""
    return lazy("This is too long; %(max)d characters are allowed.", max=longest)
