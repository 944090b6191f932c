"""The look of every page: templates, styles, scripts, static files, the style guide.

`init_app(app)` needs `settings(app)` and Babel in place. It

- serves `static/` under content-hashed names from `<data folder>/static` (`asset("css/base.css")`),
- registers the templates `ui/page.html`, `ui/macros.html`, `ui/error.html`,
- keeps compiled templates in `<data folder>/templates` in production,
- adds `/styleguide` unless the mode is production.

A page needs nothing from its view. It asks these template globals, all lazily:

- `viewer`: who `access.current()` found, falsy or with `.name`;
- `navigation()`: the links that rooms added by `navigation.add_link(app, label, path, rank=..., shown=...)`,
  objects with `.label`, `.url`, `.current`;
- `languages`: objects with `.tag`, `.label`, `.url`, `.current`; `language`: the reader's tag;
- flashed messages with the categories `ok`, `warn`, `bad` or none.

`ui/error.html` takes `status` and `message`; from 500 on it asks for neither viewer nor links, so that it
shows while the database is away.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint

from webapp.core.config import Mode, settings
from webapp.core.kept_files import KeptFiles
from webapp.core.ui import views
from webapp.core.ui.assets import Assets
from webapp.core.ui.compiled import KeptTemplates
from webapp.core.ui.serving import serve_static
from webapp.core.ui.templating import init_templates

if TYPE_CHECKING:
    from flask import Flask

STATIC = Path(__file__).parent / "static"

bp = Blueprint("ui", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Give the application its look. Raises `OSError` when the data folder cannot be written."""
    found = settings(app)
    watch = found.mode is Mode.DEVELOPMENT
    assets = Assets(STATIC, found.data_dir / "static", watch=watch)
    app.wsgi_app = serve_static(app.wsgi_app, assets.published_dir, watch=watch)  # type: ignore[method-assign,assignment]
    app.extensions["assets"] = assets
    init_templates(app, assets)
    app.register_blueprint(bp)
    if found.mode is Mode.PRODUCTION:
        app.jinja_env.bytecode_cache = KeptTemplates(KeptFiles(found.data_dir / "templates", found.signing_key, "templates"))
    else:
        app.register_blueprint(views.bp)
