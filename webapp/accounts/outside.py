"""The OpenID provider as this site sees it: code flow with PKCE, state and nonce; only a validated ID token says who somebody is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import session

from webapp.accounts import rules
from webapp.accounts.current import CANDIDATE_KEY
from webapp.core.config import Settings, SettingsError, settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

NAME = "provider"
STATES = f"_state_{NAME}_"
CALLBACK = "/sign-in/provider/back"
CANDIDATE_LIFE = timedelta(minutes=15)


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
    # The libraries for it are large: only a site whose people sign in this way loads them.
    from webapp.accounts import provider  # noqa: PLC0415

    return provider.depart()


def arrive() -> Identity:
    """Who came back. Raises `ProviderFailed` for a wrong state, nonce, audience, issuer, signature, or a provider that is down."""
    from webapp.accounts import provider  # noqa: PLC0415  as above

    return provider.arrive()


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
