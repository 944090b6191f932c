"""Settings: one frozen, typed object read from LOCALGOALS_* variables; a wrong one stops the start."""

from __future__ import annotations

import os
import secrets
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field, fields
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app

from webapp.core.frozen import dataclass

if TYPE_CHECKING:
    from flask import Flask

PREFIX = "LOCALGOALS_"
ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SECRET_LENGTH = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mode(StrEnum):
    """How the process is run: development shows the mailbox and the style guide and reloads courses."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


class SecondFactor(StrEnum):
    """Who must prove more than a password."""

    NONE = "none"
    ADMINISTRATORS = "administrators"
    ADMINISTRATORS_AND_STAFF = "administrators-and-staff"


class SettingsError(Exception):
    """A variable is unknown or malformed; the message names it and says what is allowed."""


def shipped(folder: str) -> Path:
    """Folder of shipped data (`courses`, `migrations`): beside the package in a checkout, inside it in a wheel."""
    inside = ROOT / "webapp" / "shipped" / folder
    return inside if inside.is_dir() else ROOT / folder


def _data_dir() -> Path:
    checkout = (ROOT / "pyproject.toml").exists() and not str(ROOT).startswith(sysconfig.get_paths()["purelib"])
    return ROOT / "var" if checkout else Path.home() / ".local" / "share" / "localgoals"


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    try:
        return Path(value).expanduser().resolve()
    except RuntimeError as error:
        # The home of a user that does not exist.
        raise ValueError from error


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    parse.allowed = f"a whole number from {low} to {high}"  # type: ignore[attr-defined]
    return parse


def _yes(value: str) -> bool:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError) as error:
        # A part of a name, such as Asia, is a folder.
        raise ValueError from error


def _address(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(value)
        by_path = parts.scheme.startswith(("sqlite", "postgresql"))
        if parts.scheme not in schemes or not (parts.hostname or (by_path and parts.path)):
            raise ValueError
        parts.port  # noqa: B018  reading it refuses what is no port
        return value.rstrip("/") if parts.netloc else value

    parse.allowed = "an address that begins with " + " or ".join(f"{scheme}:" for scheme in schemes)  # type: ignore[attr-defined]
    return parse


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    # What the provider says decides who is signed in: only on this machine may it come unprotected.
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)) or not parts.hostname or parts.query:
        raise ValueError
    return value


def _secret(value: str) -> str:
    if len(value) < SECRET_LENGTH:
        raise ValueError
    return value


def _language(value: str) -> str:
    if value not in ("zh-Hans", "en"):
        raise ValueError
    return value


def _level(value: str) -> str:
    if value.upper() not in LEVELS:
        raise ValueError
    return value.upper()


_path.allowed = "a path"  # type: ignore[attr-defined]
_yes.allowed = "yes or no"  # type: ignore[attr-defined]
_zone.allowed = "a time zone such as Asia/Shanghai"  # type: ignore[attr-defined]
_issuer.allowed = "an address that begins with https:"  # type: ignore[attr-defined]
_secret.allowed = "at least 32 random characters"  # type: ignore[attr-defined]
_language.allowed = "zh-Hans or en"  # type: ignore[attr-defined]
_level.allowed = "one of " + ", ".join(LEVELS)  # type: ignore[attr-defined]
SecondFactor.allowed = "none, administrators or administrators-and-staff"  # type: ignore[attr-defined]
Mode.allowed = "production, development or test"  # type: ignore[attr-defined]


def setting(parse: Callable[[str], Any], default: Any = None, *, about: str, factory: Callable[[], Any] | None = None) -> Any:
    """A field of `Settings` with its parser and the sentence that documents it."""
    metadata = {"parse": parse, "about": about}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside. `about` of each field is what `docs/settings.md` prints."""

    mode: Mode = setting(Mode, Mode.PRODUCTION, about="How the process is run.")
    data_dir: Path = setting(_path, factory=_data_dir, about="Folder for the embedded database and caches.")
    database_url: str = setting(
        _address("sqlite", "postgresql", "postgresql+psycopg"), "",
        about="Database; empty means the embedded SQLite file in the data folder.",
    )
    database_pool: int = setting(_number(1, 200), 8, about="PostgreSQL connections a worker may hold.")
    database_prepares: bool = setting(
        _yes, True, about="Let PostgreSQL prepare statements; no behind a pooler that shares connections by transaction."
    )
    secret_key: str = setting(_secret, "", about="Key that signs cookies and links; made and kept in the data folder if empty.")
    secret_key_previous: str = setting(
        _secret, "", about="Key before the present one, while a change of key is under way: what it signed or sealed is still read.",
    )
    public_url: str = setting(
        _address("http", "https"), "http://127.0.0.1:8000", about="Address people use; https turns secure cookies on."
    )
    trusted_proxies: int = setting(_number(0, 5), 0, about="Reverse proxies in front whose forwarding headers are believed.")
    courses_dir: Path = setting(_path, factory=lambda: shipped("courses"), about="Folder of the course files.")
    default_language: str = setting(_language, "zh-Hans", about="Language for readers whose browser asks for neither.")
    programme_zone: ZoneInfo = setting(_zone, ZoneInfo("Asia/Shanghai"), about="Time zone of every statistic.")
    smtp_url: str = setting(
        _address("smtp", "smtps", "smtp+starttls"), "", about="Mail server, smtp://user:password@host:port; empty keeps mail in the outbox."
    )
    mail_from: str = setting(_text, "LocalGoals <noreply@localhost>", about="Sender of every mail.")
    demo: bool = setting(_yes, False, about="The database holds invented people; their password shows on the sign-in page.")
    demo_password: str = setting(_text, "", about="Password of the demo people; random if empty.")
    password_minimum: int = setting(_number(8, 64), 10, about="Least length of a password.")
    second_factor_required: SecondFactor = setting(
        SecondFactor, SecondFactor.NONE, about="Who must have a second factor before they can go on: a code from an app on their phone.",
    )
    oidc_issuer: str = setting(_issuer, "", about="Address of an OpenID provider; empty means no single sign-on.")
    oidc_client_id: str = setting(_text, "", about="Name of this site at the OpenID provider.")
    oidc_client_secret: str = setting(_text, "", about="Secret of this site at the OpenID provider.")
    oidc_label_en: str = setting(_text, "your organisation's account", about="What people sign in with at the provider, English.")
    oidc_label_zh: str = setting(_text, "单位统一身份认证", about="What people sign in with at the provider, Chinese.")
    oidc_trust_email: bool = setting(
        _yes, False, about="Take an e-mail address that the provider calls verified as proof of who somebody is.",
    )
    idle_minutes: int = setting(_number(5, 10080), 720, about="Minutes without a request after which one is signed out.")
    session_days: int = setting(_number(1, 90), 14, about="Days after which one is signed out in any case.")
    erasure_days: int = setting(
        _number(0, 60), 7, about="Days between a person's wish to be erased and its being done; 0 erases at once."
    )
    upload_limit_mb: int = setting(_number(1, 512), 12, about="Largest request body in megabytes.")
    issuer_en: str = setting(_text, "LocalGoals training programme", about="Issuer printed on certificates, English.")
    issuer_zh: str = setting(_text, "LocalGoals培训项目", about="Issuer printed on certificates, Chinese.")
    signatory_en: str = setting(_text, "Programme office", about="Signatory printed on certificates, English.")
    signatory_zh: str = setting(_text, "项目办公室", about="Signatory printed on certificates, Chinese.")
    signatory_role_en: str = setting(_text, "For the training programme", about="Role of the signatory, English.")
    signatory_role_zh: str = setting(_text, "代表培训项目", about="Role of the signatory, Chinese.")
    metrics_token: str = setting(_text, "", about="Bearer token for /metrics; empty allows only this machine.")
    log_level: str = setting(_level, "INFO", about="Least level of what is logged.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
        """Read LOCALGOALS_* variables. Raises `SettingsError` naming every unknown or malformed one."""
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
        wrong = [f"{name} is not a setting; the settings are: {', '.join(sorted(known))}" for name in given if name not in known]
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name not in known or value == "":
                continue
            parse = known[name].metadata["parse"]
            try:
                values[known[name].name] = parse(value)
            except (ValueError, KeyError):
                wrong.append(f"{name} must be {getattr(parse, 'allowed', 'text')}")
        if wrong:
            raise SettingsError("\n".join(sorted(wrong)))
        return cls(**{**values, **overrides})

    @cached_property
    def tls(self) -> bool:
        """Whether people reach the site over https."""
        return self.public_url.startswith("https:")

    @cached_property
    def database(self) -> str:
        """Address of the database for SQLAlchemy."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'localgoals.sqlite3'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @cached_property
    def signing_key(self) -> str:
        """The secret key, made once and kept readable by the owner only when none is set."""
        if self.secret_key:
            return self.secret_key
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "secret-key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        key = path.read_text().strip()
        if len(key) < SECRET_LENGTH:
            raise SettingsError(f"{path} must hold {_secret.allowed}; delete it to have a new key made")  # type: ignore[attr-defined]
        return key

    @cached_property
    def signing_keys(self) -> list[str]:
        """Every key whose signature is believed, the one that signs last."""
        return [key for key in (self.secret_key_previous, self.signing_key) if key]

    @cached_property
    def mail_domain(self) -> str:
        """What the Message-ID of a mail ends with (RFC 5322, 3.6.4): the host people use, an address on the network in brackets."""
        host = urlsplit(self.public_url).hostname or "localhost"
        with suppress(ValueError):
            return f"[{ip_address(host)}]"
        # The column of the Message-ID has room for 80 characters of it.
        return host.encode("idna").decode()[-80:].lstrip(".-")

    @cached_property
    def session_length(self) -> timedelta:
        """Absolute life of a session."""
        return timedelta(days=self.session_days)


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole or not at all; of two processes that try, one wins and neither reads half of it."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)  # noqa: PTH108  a name, not a path object


def settings(app: Flask | None = None) -> Settings:
    """Settings of the given or the current application."""
    found = (app or current_app).extensions["settings"]
    assert isinstance(found, Settings)
    return found
