"""The settings in force, each with what it is for. What is secret is never shown, not even in part."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from webapp.core.config import PREFIX, Settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy

_SECRET_WORDS = ("secret", "password", "token", "key")
# These have such a word in their name and are none.
_NO_SECRETS = frozenset({"password_minimum"})
_ADDRESSES = frozenset({"database_url", "smtp_url"})

ABOUT = {
    "mode": lazy("How the process is run."),
    "data_dir": lazy("Folder for the embedded database and caches."),
    "database_url": lazy("Database; empty means the embedded SQLite file in the data folder."),
    "database_pool": lazy("PostgreSQL connections a worker may hold."),
    "database_prepares": lazy("Let PostgreSQL prepare statements; no behind a pooler that shares connections by transaction."),
    "secret_key": lazy("Key that signs cookies and links; made and kept in the data folder if empty."),
    "secret_key_previous": lazy(
        "Key before the present one, while a change of key is under way: what it signed or sealed is still read."
    ),
    "public_url": lazy("Address people use; https turns secure cookies on."),
    "trusted_proxies": lazy("Reverse proxies in front whose forwarding headers are believed."),
    "courses_dir": lazy("Folder of the course files."),
    "default_language": lazy("Language for readers whose browser asks for neither."),
    "programme_zone": lazy("Time zone of every statistic."),
    "smtp_url": lazy("Mail server, smtp://user:password@host:port; empty keeps mail in the outbox."),
    "mail_from": lazy("Sender of every mail."),
    "demo": lazy("The database holds invented people; their password shows on the sign-in page."),
    "demo_password": lazy("Password of the demo people; random if empty."),
    "password_minimum": lazy("Least length of a password."),
    "second_factor_required": lazy("Who must use a second factor."),
    "oidc_issuer": lazy("Address of an OpenID provider; empty means no single sign-on."),
    "oidc_client_id": lazy("Name of this site at the OpenID provider."),
    "oidc_client_secret": lazy("Secret of this site at the OpenID provider."),
    "oidc_label_en": lazy("What people sign in with at the provider, English."),
    "oidc_label_zh": lazy("What people sign in with at the provider, Chinese."),
    "oidc_trust_email": lazy("Whether addresses that the provider calls verified are believed."),
    "idle_minutes": lazy("Minutes without a request after which one is signed out."),
    "session_days": lazy("Days after which one is signed out in any case."),
    "erasure_days": lazy("Days between a person's wish to be erased and its being done; 0 erases at once."),
    "upload_limit_mb": lazy("Largest request body in megabytes."),
    "issuer_en": lazy("Issuer printed on certificates, English."),
    "issuer_zh": lazy("Issuer printed on certificates, Chinese."),
    "signatory_en": lazy("Signatory printed on certificates, English."),
    "signatory_zh": lazy("Signatory printed on certificates, Chinese."),
    "signatory_role_en": lazy("Role of the signatory, English."),
    "signatory_role_zh": lazy("Role of the signatory, Chinese."),
    "metrics_token": lazy("Bearer token for /metrics; empty allows only this machine."),
    "log_level": lazy("Least level of what is logged."),
}


@dataclass(frozen=True)
class Shown:
    """A setting as the page shows it. `changed`: it differs from what it is without being set."""

    variable: str
    about: str
    value: str
    changed: bool


def is_secret(name: str) -> bool:
    """Whether a setting's value must not leave the process."""
    return name not in _NO_SECRETS and any(word in name.split("_") for word in _SECRET_WORDS)


def shown(settings: Settings) -> list[Shown]:
    """Every setting, in the order of the documentation."""
    plain = Settings()
    return [
        Shown(
            variable=PREFIX + each.name.upper(), about=str(ABOUT.get(each.name, each.metadata["about"])),
            value=value_of(each.name, getattr(settings, each.name)), changed=getattr(settings, each.name) != getattr(plain, each.name),
        )
        for each in fields(settings)
    ]


def value_of(name: str, value: Any) -> str:
    """The value in words: whether a secret is set, an address without user and password."""
    if is_secret(name):
        return _("set, not shown") if value else _("not set")
    if value in ("", None):
        return _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in _ADDRESSES:
        return _without_password(str(value))
    if isinstance(value, Enum):
        return str(value.value)
    return value.key if isinstance(value, ZoneInfo) else str(value) if not isinstance(value, Path) else value.as_posix()


def _without_password(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return _("set, not shown")
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
