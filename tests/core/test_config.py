"""Settings: complete, typed, loud."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from webapp.core.config import Mode, Settings, SettingsError

MAKE_KEY = """
import sys
from pathlib import Path
from webapp.core.config import Settings
print(Settings(data_dir=Path(sys.argv[1])).signing_key)
"""

MALFORMED = {
    "MODE": ("staging", "production, development or test"),
    "DATA_DIR": ("~nobody-of-this-name/data", "a path"),
    "DATABASE_URL": ("mysql://localhost/db", "sqlite: or postgresql:"),
    "DATABASE_POOL": ("0", "a whole number from 1 to 200"),
    "SECRET_KEY": ("too short", "at least 32 random characters"),
    "PUBLIC_URL": ("http:localgoals.example.org", "an address that begins with http: or https:"),
    "TRUSTED_PROXIES": ("many", "a whole number from 0 to 5"),
    "DEFAULT_LANGUAGE": ("zh-CN", "zh-Hans or en"),
    "PROGRAMME_ZONE": ("Asia", "a time zone such as Asia/Shanghai"),
    "SMTP_URL": ("smtp://mail.example.org:port", "an address that begins with smtp:"),
    "DEMO": ("perhaps", "yes or no"),
    "PASSWORD_MINIMUM": ("7.5", "a whole number from 8 to 64"),
    "IDLE_MINUTES": ("-1", "a whole number from 5 to 10080"),
    "SESSION_DAYS": ("91", "a whole number from 1 to 90"),
    "UPLOAD_LIMIT_MB": ("1e3", "a whole number from 1 to 512"),
    "LOG_LEVEL": ("LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
}


def read(**values: str) -> Settings:
    return Settings.from_environment({f"LOCALGOALS_{name}": value for name, value in values.items()})


@pytest.mark.parametrize(("name", "wrong"), MALFORMED.items())
def test_a_malformed_variable_stops_the_start_with_its_name_and_what_is_allowed(name, wrong):
    value, allowed = wrong
    with pytest.raises(SettingsError) as refused:
        read(**{name: value})
    assert str(refused.value).startswith(f"LOCALGOALS_{name} must be ")
    assert allowed in str(refused.value)


def test_the_complaint_does_not_repeat_a_value_that_may_hold_a_password():
    with pytest.raises(SettingsError) as refused:
        read(DATABASE_URL="postgres://app:hunter2@db/localgoals", SECRET_KEY="hunter2")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("zone", ["Asia/Atlantis", "../../etc/passwd", "Asia", "/etc/localtime"])
def test_what_is_no_time_zone_is_refused(zone):
    with pytest.raises(SettingsError, match="LOCALGOALS_PROGRAMME_ZONE"):
        read(PROGRAMME_ZONE=zone)


@pytest.mark.parametrize("address", ["https://", "localgoals.example.org", "//localgoals.example.org", "ftp://example.org", "https://[::1"])
def test_what_is_no_public_address_is_refused(address):
    with pytest.raises(SettingsError, match="LOCALGOALS_PUBLIC_URL"):
        read(PUBLIC_URL=address)


def test_an_unknown_variable_stops_the_start_and_the_known_ones_are_listed():
    with pytest.raises(SettingsError) as refused:
        read(DATABSE_URL="sqlite:///x")
    assert "LOCALGOALS_DATABSE_URL is not a setting" in str(refused.value)
    assert "LOCALGOALS_DATABASE_URL" in str(refused.value)


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SettingsError) as refused:
        read(DEMO="perhaps", SESSION_DAYS="0", SECRETKEY="x", MODE="live")
    lines = str(refused.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "LOCALGOALS_DEMO", "LOCALGOALS_MODE", "LOCALGOALS_SECRETKEY", "LOCALGOALS_SESSION_DAYS",
    ]


def test_other_programs_variables_and_empty_ones_are_left_alone():
    found = Settings.from_environment({"PATH": "/bin", "LOCALGOALS_DEMO": "", "LOCALGOALSX": "1", "localgoals_demo": "yes"})
    assert found == Settings()


def test_well_formed_variables_are_read_into_their_types():
    found = read(
        MODE="development", DATABASE_URL="postgresql://app:secret@db:5432/localgoals", PROGRAMME_ZONE="Africa/Nairobi", DEMO="Yes",
        PUBLIC_URL="https://learn.example.org/", SESSION_DAYS=" 7 ", LOG_LEVEL="warning", DATA_DIR="~/data",
    )
    assert found.mode is Mode.DEVELOPMENT
    assert found.database == "postgresql+psycopg://app:secret@db:5432/localgoals"
    assert found.programme_zone == ZoneInfo("Africa/Nairobi")
    assert found.demo is True
    assert found.public_url == "https://learn.example.org"
    assert found.tls is True
    assert found.session_length.days == 7
    assert found.log_level == "WARNING"
    assert found.data_dir == Path.home() / "data"


def test_the_embedded_database_lies_in_the_data_folder(tmp_path):
    assert Settings(data_dir=tmp_path).database == f"sqlite:///{tmp_path}/localgoals.sqlite3"


def test_every_setting_says_what_it_is_for_and_how_it_is_read():
    for field in fields(Settings):
        assert field.metadata["about"].endswith("."), field.name
        assert callable(field.metadata["parse"]), field.name


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().demo = True


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    folder = tmp_path / "data" / "of" / "ours"
    first = Settings(data_dir=folder).signing_key
    assert len(first) >= 64
    assert Settings(data_dir=folder).signing_key == first
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret-key"]


def test_two_processes_that_start_together_agree_on_the_secret(tmp_path):
    started = [
        subprocess.Popen([sys.executable, "-c", MAKE_KEY, str(tmp_path)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    keys = {process.communicate()[0].strip() for process in started}
    assert keys == {(tmp_path / "secret-key").read_text()}


def test_many_workers_that_make_the_secret_at_once_agree(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _n: Settings(data_dir=tmp_path).signing_key, range(32)))
    assert len(keys) == 1


def test_a_secret_file_that_was_emptied_is_no_key(tmp_path):
    (tmp_path / "secret-key").write_text("")
    with pytest.raises(SettingsError, match="secret-key must hold at least 32 random characters"):
        _ = Settings(data_dir=tmp_path).signing_key


def test_a_secret_from_outside_wins_and_leaves_no_file(tmp_path):
    assert Settings(data_dir=tmp_path, secret_key="k" * 32).signing_key == "k" * 32
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("address", "domain"), [
    ("https://learn.example.org", "learn.example.org"), ("http://127.0.0.1:8000", "[127.0.0.1]"),
    ("https://学习.example.org", "学习.example.org".encode("idna").decode()),
])
def test_mails_are_numbered_below_the_address_that_people_use(address, domain):
    assert Settings(public_url=address).mail_domain == domain


def test_the_previous_key_is_believed_but_does_not_sign():
    assert Settings(secret_key="k" * 32).signing_keys == ["k" * 32]
    assert Settings(secret_key="k" * 32, secret_key_previous="o" * 32).signing_keys == ["o" * 32, "k" * 32]
