"""Each variable with values that people type by mistake: the start stops, and the variable is named."""

import math
import runpy
import sys

import pytest

from app.settings import Settings, SettingsError

BAD = {
    "APP_ENV": ["prod", ""],
    "DATABASE_URL": [
        "postgres://u@h/n", "postgresql://u@h/n", "postgresql+psycopg://u@h", "mysql://u@h/n", "stations.db",
        "postgresql+psycopg://u:p@h:port/n",
    ],
    "DATABASE_POOLED": ["transaction"],
    "STATEMENT_SECONDS": ["0", "inf", "nan", "half"],
    "PUBLIC_URL": ["https://", "book.example.org", "ftp://book.example.org", "https://book example.org"],
    "PORT": ["0", "65536", "http", "-1", ""],
    "PROXY_HOPS": ["-1", "6", "one"],
    "ORIGINS": ["8", "{", '{"few": -1}', '{"nothing": 1}', '{"most": "many"}'],
    "LETTERS": ["[]", '{"of_visit": 0}'],
    "WAITING": ['{"quiet_from_hour": 24}', '{"most_waiting": 1.5}'],
    "SMTP_URL": [
        "mail.example.org:25", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port",
        "smtp://host:70000", "smtp://my host",
    ],
    "MAIL_AS_FILES": ["maybe"],
    "MAIL_FROM": ["no-reply", "Name <no-reply>", "@example.org", "a b@example.org"],
    "MAIL_BOUNCES_TO": ["bounces"],
    "BOUNCES_URL": ["pop3://mail.example.org", "mail.example.org"],
    "MAIL_PER_MINUTE": ["-1", "inf", "nan"],
    "SMS_PER_MINUTE": ["-1", "inf"],
    "SMS_PROVIDER": ["twilio"],
    "SMS_URL": ["sms.example.org", "https://"],
    "SMS_TEMPLATES": ["SMS_1", '["a"]'],
    "SMS_COUNTRIES": ["cn", "CHN", "CN,HK"],
    "SMS_TIMEOUT_SECONDS": ["0", "-3", "inf", "ten"],
    "SMTP_TLS": ["no"],
    "SMTP_TIMEOUT_SECONDS": ["0", "nan", "inf"],
    "ALERT_EMAIL": ["ops"],
    "ALERT_URL": ["hooks.example.org/x", "https://"],
    "MESSAGE_LEASE_SECONDS": ["0", "60", "1.5", "inf"],
    "DISK_FREE_MB": ["-1", "half"],
    "BACKUP_HOURS": ["-1", "daily"],
    "SECURITY_CONTACT": [],
    "MAP_TILES": ["http://tiles.example.org/{z}/{x}/{y}", "https://tiles.example.org"],
    "GEOCODER": ["google"],
    "GEOCODER_URL": ["geo.example.org"],
    "GEOCODER_TIMEOUT_SECONDS": ["0", "11", "inf"],
    "GEOCODER_PER_MINUTE": ["0", "many"],
    "MAP_TILES_DATUM": ["bd09"],
    "MAP_TILES_SUBDOMAINS": ["", "A B"],
    "CLOCK_SHIFT_SECONDS": ["inf", "soon"],
}  # fmt: skip
FREE_TEXT = {
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "HELP_PHONE", "GEOCODER_KEY", "GEOCODER_CITY", "SMS_KEY_ID",
    "SMS_SECRET", "SMS_SIGN_NAME", "MAP_ATTRIBUTION", "MAP_REVIEW_NUMBER", "GEOCODER_PRIVATE_HOST",
    "HOOK_SECRET", "TEXT_HOOK_SECRET", "ALERT_SECRET",
    "DATA_KEY", "INSTANCE_PATH",  # asked for below, or read by the keyring
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, bad in BAD.items() for value in bad])
def test_a_wrong_value_stops_the_start_and_is_named(monkeypatch, tmp_path, name, value) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}\\b"):
        Settings.from_env(instance_path=tmp_path)


def test_every_variable_has_been_thought_of() -> None:
    assert {name.upper() for name in Settings.model_fields} - FREE_TEXT == set(BAD)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (
            "DATABASE_URL",
            "postgresql+psycopg://u:p@/n?host=a:5432&host=b:5432&target_session_attrs=read-write",
        ),
        ("DATABASE_URL", "postgresql+psycopg://u@h:5432/n"),
        ("DATABASE_URL", "sqlite:////srv/x.db"),
        ("SMTP_URL", "smtp://user:p%40ss@mail.example.org:587"),
        ("SMTP_URL", "smtps://[::1]:465"),
        ("PUBLIC_URL", "http://127.0.0.1:8000/"),
        ("MAIL_FROM", "Служба <no-reply@example.org>"),
    ],
)
def test_what_is_right_is_taken(monkeypatch, tmp_path, name, value) -> None:
    monkeypatch.setenv(name, value)
    Settings.from_env(instance_path=tmp_path)


def test_a_folder_that_cannot_be_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="INSTANCE_PATH"):
        Settings.from_env(instance_path=tmp_path / "file" / "below")


def test_no_number_is_endless() -> None:
    with pytest.raises(SettingsError, match="MAIL_PER_MINUTE"):
        Settings.from_env(mail_per_minute=math.inf)


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_PROCESSES", "0"), ("WEB_PROCESSES", "two"), ("WEB_THREADS", "-1"), ("PORT", "70000")],
)
def test_the_web_server_names_its_own_variables(monkeypatch, capsys, name, value) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "app.web.serving", raising=False)  # another test may have read it
    with pytest.raises(SystemExit):
        runpy.run_module("app.web.serving")
    assert name in capsys.readouterr().err
