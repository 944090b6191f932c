"""Talking to the OpenID provider, with libraries that are loaded when the first person signs in this way."""

from __future__ import annotations

from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import current_app, session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from webapp.accounts import rules
from webapp.accounts.mail import link
from webapp.accounts.outside import CALLBACK, NAME, STATES, Identity, ProviderFailed
from webapp.core.config import settings

log = structlog.get_logger(__name__)

SCOPE = "openid profile email"
PATIENCE_SECONDS = 10
# Only signatures that a holder of the provider's public key cannot make.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})


def depart() -> Response:
    """Lead the browser to the provider. Raises `ProviderFailed`."""
    for name in [name for name in session if name.startswith(STATES)]:
        # A cookie holds four kilobytes: only the last start of a browser can come back.
        session.pop(name)
    try:
        response: Response = _client().authorize_redirect(link(CALLBACK))
    except (RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise _failed(error) from error
    return response


def arrive() -> Identity:
    """Who came back. Raises `ProviderFailed` for a wrong state, nonce, audience, issuer, signature, or a provider that is down."""
    client = _client()
    try:
        metadata = client.load_server_metadata()
        options = {
            "iss": {"essential": True, "values": [metadata["issuer"]]}, "sub": {"essential": True},
            "aud": {"essential": True, "value": client.client_id},
        }
        token = client.authorize_access_token(claims_options=options)
        claims = token.get("userinfo")
        if not claims:
            raise ProviderFailed("no ID token")  # noqa: TRY301  logged with the others below
        more = dict(client.userinfo(token=token)) if metadata.get("userinfo_endpoint") else {}
        return _identity(claims, more, metadata["issuer"])
    except (RequestException, AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError, TypeError, ProviderFailed) as error:
        raise _failed(error) from error


def _identity(claims: Any, more: dict[str, Any], issuer: str) -> Identity:
    if more and more.get("sub") != claims["sub"]:
        # OpenID Connect Core, 5.3.2: such an answer must not be used.
        raise ProviderFailed("user info of somebody else")
    said = {**more, **claims}
    subject = str(claims["sub"])
    if not 0 < len(subject) <= 255 or not subject.isprintable():
        raise ProviderFailed("subject")
    try:
        email = rules.email_of(str(said.get("email") or ""))
    except rules.Refused:
        email = ""
    return Identity(issuer, subject, email, bool(email) and said.get("email_verified") is True, str(said.get("name") or "")[:200])


def _failed(error: Exception) -> ProviderFailed:
    log.warning("single_sign_on_failed", reason=type(error).__name__, detail=str(error)[:200])
    return error if isinstance(error, ProviderFailed) else ProviderFailed(type(error).__name__)


def _client() -> Any:
    """The client for the settings in force; it keeps the provider's metadata and keys, once a process."""
    config = settings()
    if not config.oidc_issuer:
        raise ProviderFailed("none is set")
    known: dict[tuple[str, str, str], Any] = current_app.extensions.setdefault("outside", {})
    who = (config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)
    if who not in known:
        known[who] = _Client(
            FlaskIntegration(NAME), NAME, client_id=config.oidc_client_id, client_secret=config.oidc_client_secret,
            server_metadata_url=config.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": PATIENCE_SECONDS},
            user_agent="LocalGoals",
        )
    return known[who]


class _Client(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client, which believes only metadata of the issuer that was set, and only signatures with a key pair."""

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != settings().oidc_issuer.rstrip("/"):
            self.server_metadata: dict[str, Any] = {}
            raise ProviderFailed("metadata of another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in SIGNATURES]
        return metadata
