"""Headers on every response, cookies, CSRF, and the limit of what may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.core.access import MACHINE, declared
from webapp.core.browsers import CookieSessions
from webapp.core.errors import error_page
from webapp.core.i18n import _

if TYPE_CHECKING:
    from flask import Flask, Response

    from webapp.core.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TLS_HEADER = "max-age=63072000; includeSubDomains"
FORM_FIELDS = 2000
VARY = ("Cookie", "Accept-Language")

csrf = CSRFProtect()


def init_security(app: Flask, settings: Settings) -> None:
    """Cookies, CSRF and headers by the settings."""
    prefix = "__Host-" if settings.tls else ""
    app.config.update(
        SECRET_KEY=settings.signing_key,
        SECRET_KEY_FALLBACKS=settings.signing_keys[:-1],
        SESSION_COOKIE_NAME=f"{prefix}localgoals",
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.session_length,
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=FORM_FIELDS,
        # A form may stay open as long as the session that it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.tls,
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.session_interface = CookieSessions()
    csrf.init_app(app)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        said = _("You have signed out or signed in anew since this form was opened, or it came from elsewhere. Nothing was saved.")
        return error_page(400, said)

    headers = HEADERS | ({"Strict-Transport-Security": TLS_HEADER} if settings.tls else {})
    for_machines = [(name.lower(), name, value) for name, value in headers.items()]
    for_pages = [*for_machines, ("cache-control", "Cache-Control", "private, no-cache"), ("vary", "Vary", ", ".join(VARY))]
    machines: set[str] = set()

    @app.after_request
    def protect(response: Response) -> Response:
        if not machines:
            machines.update(name for name, (kind, _who) in declared(app).items() if kind == MACHINE)
            machines.add("static")
        # By hand, once through: `setdefault` and `vary` would read the list of headers again for each name.
        given = {name.lower() for name, _value in response.headers}
        wanted = for_machines if request.endpoint in machines else for_pages
        response.headers.extend((name, value) for key, name, value in wanted if key not in given)
        if "vary" in given and wanted is for_pages:
            response.vary.update(VARY)
        return response
