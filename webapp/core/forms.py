"""Base of forms: shape and type only; rules live in the rooms."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm

from webapp.core.i18n import lazy


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
