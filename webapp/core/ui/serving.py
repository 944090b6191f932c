"""Static files answered before Flask: compressed, kept for years by the browser, without a session."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from webapp.core.ui.assets import HASH_LENGTH, PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

IMMUTABLE = re.compile(rf"^/{PREFIX}/.+\.[0-9a-f]{{{HASH_LENGTH}}}\.\w+$")


def _protect(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def serve_static(application: WSGIApplication, folder: Path, *, watch: bool) -> WSGIApplication:
    """Answer `/static/...` from the folder of published files; everything else goes on to the application.

    With `watch` files that appear later are found too.
    """
    static = WhiteNoise(
        application,
        autorefresh=watch,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: bool(IMMUTABLE.match(url)),
        add_headers_function=_protect,
        mimetypes={".webmanifest": "application/manifest+json"},
    )
    static.add_files(str(folder), prefix=f"{PREFIX}/")
    answering: WSGIApplication = static
    return answering
