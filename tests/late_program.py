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

from tests.architecture.test_access import addresses
from tests.cast import assemble, signed_in_client
from tests.conftest import settings_for_tests
from webapp import create_app
from webapp.core import access, late_pages, signals, storage
from webapp.core.config import Mode
from webapp.core.database import db
from webapp.trainings import hooks

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def registered(app: Flask) -> dict[str, Any]:
    """What rooms have told each other, counted; loading a page must not add to it."""
    kinds = (signals.Signal, signals.Collector)
    named = {name: len(value._handlers) for home in (signals, hooks) for name, value in vars(home).items() if isinstance(value, kinds)}
    return {
        "signals": named, "tables": sorted(db.metadata.tables), "used": sorted(str(each) for each in storage._USES),
        "holders": len(storage._HOLDERS), "addresses": sorted(map(str, app.url_map.iter_rules())),
        "permissions": dict(sorted(access.declared(app).items())),
    }


def first_answer(app: Flask, browser: FlaskClient, address: str) -> str:
    """The status of an address in a process that was asked for nothing before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with app.app_context():
                db.engine.dispose(close=False)
            os.write(writing, str(browser.get(address).status_code).encode())
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the answer
            os.write(writing, repr(error)[:200].encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


def main() -> None:
    """Build, look, ask, load everything, look and ask again."""
    app = create_app(settings_for_tests(Path(sys.argv[1]), mode=Mode.PRODUCTION))
    found: dict[str, Any] = {"loaded": sorted(name for name in sys.modules if name.startswith("webapp.")), "before": registered(app)}
    if len(sys.argv) > 2:
        with app.app_context():
            db.create_all()
            ids = assemble().sign_in_ids
            browser = signed_in_client(app, ids["administrator"])
            db.session.remove()
            db.engine.dispose()
        asked = [each for each in addresses(app) if app.view_functions[each[0]].__code__.co_filename == late_pages.__file__]
        found["first"] = [first_answer(app, browser, address) for _endpoint, address in asked]
        for path in sorted(late_pages.PROGRAM.glob("*/views*.py")):
            import_module(f"webapp.{path.parent.name}.{path.stem}")
        found["later"] = [str(browser.get(address).status_code) for _endpoint, address in asked]
        found["asked"] = [address for _endpoint, address in asked]
    found["after"] = registered(app)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
