"""What every command shares: an application when one is needed, and errors as sentences."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from webapp.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run the command inside an application; a domain error becomes its sentence and exit code 1."""

    @click.pass_obj
    @wraps(command)
    def run(make_app: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        with make_app().app_context():
            try:
                return command(*args, **kwargs)
            except DomainError as error:
                raise click.ClickException(str(error)) from error

    return run
