"""A process as a server's: what it has loaded before it is asked for anything, and what each late page answers when it is asked first.

Run as `python -m tests.late_program FOLDER`, after another run in the same folder has kept the pages; prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.addresses import addresses
from tests.cast import assemble, signed_in_client
from tests.conftest import settings_for_tests
from webapp import create_app
from webapp.core import access, late_pages, signals, storage
from webapp.core.config import Mode
from webapp.core.database import db
from webapp.core.late_rooms import all_tables
from webapp.trainings import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def registered(app: Flask) -> dict[str, Any]:
    """What rooms have told each other, counted; loading a page must not add to it."""
    kinds = (signals.Signal, signals.Collector)
    named = {name: len(value._handlers) for home in (signals, hooks) for name, value in vars(home).items() if isinstance(value, kinds)}
    return {
        "signals": named, "used": sorted(str(each) for each in storage._USES), "holders": len(storage._HOLDERS),
        "addresses": sorted(map(str, app.url_map.iter_rules())), "permissions": dict(sorted(access.declared(app).items())),
    }


def apart(app: Flask, act: Callable[[], object]) -> str:
    """What a process of its own says, so that this one loads nothing by it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with app.app_context():
                db.engine.dispose(close=False)
                os.write(writing, str(act()).encode())
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the answer
            os.write(writing, repr(error)[:200].encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


def peopled() -> object:
    """Make every table and the cast; gives the administrator's sign-in."""
    all_tables().create_all(db.engine)
    found = assemble().sign_in_ids["administrator"]
    db.session.remove()
    return found


def main() -> None:
    """Build, look, ask, load everything, look and ask again."""
    app = create_app(settings_for_tests(Path(sys.argv[1]), mode=Mode.PRODUCTION))
    found: dict[str, Any] = {
        "loaded": sorted(name for name in sys.modules if name.startswith("webapp.")), "held": sorted(db.metadata.tables),
        "before": registered(app),
    }
    if len(sys.argv) > 2:
        sign_in_id = UUID(apart(app, peopled))
        with app.app_context():
            browser = signed_in_client(app, sign_in_id)
            db.session.remove()
            db.engine.dispose()
        asked = [each for each in addresses(app) if app.view_functions[each[0]].__code__.co_filename == late_pages.__file__]

        def ask(address: str) -> Callable[[], object]:
            return lambda: browser.get(address).status_code

        found["first"] = [apart(app, ask(address)) for _endpoint, address in asked]
        for path in sorted(late_pages.PROGRAM.glob("*/views*.py")):
            import_module(f"webapp.{path.parent.name}.{path.stem}")
        found["later"] = [str(browser.get(address).status_code) for _endpoint, address in asked]
        found["asked"] = [address for _endpoint, address in asked]
    found["after"] = registered(app)
    found["tables"] = sorted(all_tables().tables)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
