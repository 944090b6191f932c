"""The OpenID provider as this site sees it: code flow with PKCE, state and nonce; only a validated ID token says who somebody is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import current_app, session
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from webapp.accounts import rules
from webapp.accounts.current import CANDIDATE_KEY
from webapp.accounts.mail import link
from webapp.core.config import Settings, SettingsError, settings
from webapp.core.i18n import current_language

log = structlog.get_logger(__name__)

NAME = "provider"
STATES = f"_state_{NAME}_"
CALLBACK = "/sign-in/provider/back"
SCOPE = "openid profile email"
PATIENCE_SECONDS = 10
CANDIDATE_LIFE = timedelta(minutes=15)
# Only signatures that a holder of the provider's public key cannot make.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})


class ProviderFailed(Exception):
    """It did not answer, refused, or said something that cannot be believed."""


@dataclass(frozen=True)
class Identity:
    """Who the provider says is there. Issuer and subject are the person; address and name are only what it says of them."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str


def check_settings(config: Settings) -> None:
    """Raise `SettingsError` for a provider of which half is set."""
    if config.oidc_issuer and not (config.oidc_client_id and config.oidc_client_secret):
        raise SettingsError("LOCALGOALS_OIDC_ISSUER also needs LOCALGOALS_OIDC_CLIENT_ID and LOCALGOALS_OIDC_CLIENT_SECRET")


def label() -> str:
    """What people sign in with there, in the reader's language; empty when there is no provider."""
    config = settings()
    if not config.oidc_issuer:
        return ""
    return config.oidc_label_zh if current_language() == "zh-Hans" else config.oidc_label_en


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


def keep(identity: Identity, now: datetime) -> None:
    """Remember in this browser, for a quarter of an hour, an identity that no account has yet."""
    session[CANDIDATE_KEY] = asdict(identity) | {"at": int(now.timestamp())}


def candidate(now: datetime) -> Identity | None:
    """The identity that waits in this browser to be connected."""
    kept = session.get(CANDIDATE_KEY)
    if not isinstance(kept, dict):
        return None
    since = rules.moment_of(kept.get("at"))
    if since is None or now - since >= CANDIDATE_LIFE:
        return None
    return Identity(**{name: value for name, value in kept.items() if name != "at"})


def forget() -> None:
    """No identity waits any more."""
    session.pop(CANDIDATE_KEY, None)


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
