"""What holds once the service runs in production: https, its own cookies, and no setting left out."""

import re

import pytest
from flask.testing import FlaskCliRunner

from app import i18n
from app.cases.models import Case
from app.db import db
from app.notifications.channels.registry import channels_of
from app.settings import Settings, SettingsError
from tests.conftest import DATA_KEY, SECRET_KEY, make_app
from tests.factories import PASSWORD, build_case, build_network, build_user

PUBLIC_URL = "https://book.example"
COMPLETE = {
    "app_env": "production",
    "secret_key": SECRET_KEY,
    "data_key": DATA_KEY,
    "public_url": PUBLIC_URL,
    "smtp_url": "smtps://mail.example",
}


@pytest.fixture
def production(tmp_path, clock):
    """The app as in production, on a database of its own, with CSRF asked for."""
    made = make_app(f"sqlite:///{tmp_path / 'production.db'}", tmp_path, **COMPLETE)
    made.config["WTF_CSRF_ENABLED"] = True
    with made.app_context():
        network = build_network()
        build_case(network.visit_type, network.central, code="HK7R4M2P", passport="AB1234821")
        yield made
        db.session.remove()
        db.engine.dispose()


def test_a_browser_that_sends_no_referer_can_post_its_form(production):
    # The pages ask browsers to send none (Referrer-Policy), so no browser does.
    client = production.test_client()
    page = client.get("/en/collect/code", base_url=PUBLIC_URL)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    typed = {"csrf_token": token, "code": "HK7R4M2P", "last4": "4821"}

    answer = client.post("/en/collect/code", data=typed, base_url=PUBLIC_URL)

    assert (answer.status_code, answer.location) == (303, "/en/collect")


def test_a_start_without_the_other_languages_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(i18n, "CATALOG", "LC_MESSAGES/not-compiled.mo")
    with pytest.raises(SettingsError, match="make catalogs"):
        make_app(f"sqlite:///{tmp_path / 'production.db'}", tmp_path, **COMPLETE)
    make_app(f"sqlite:///{tmp_path / 'development.db'}", tmp_path)


def test_a_form_without_its_token_changes_nothing(production):
    client = production.test_client()
    client.get("/en/collect/code", base_url=PUBLIC_URL)

    answer = client.post("/en/collect/code", data={"code": "HK7R4M2P", "last4": "4821"}, base_url=PUBLIC_URL)

    assert answer.status_code == 400
    assert client.get("/en/collect", base_url=PUBLIC_URL).location == "/en/collect/code"


def test_the_session_cookie_is_for_this_host_over_https_only(production):
    case = db.session.query(Case).one()
    answer = production.test_client().get(f"/c/{case.link}", base_url=PUBLIC_URL)

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain=" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_demo_people_are_refused(production):
    refused = FlaskCliRunner(production).invoke(args=["seed", "demo"])

    assert refused.exit_code != 0
    assert "never loads in production" in refused.output


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"data_key": ""}, "DATA_KEY"),
        ({"data_key": "a:1234"}, "DATA_KEY"),
        ({"data_key": "5a" * 32}, "DATA_KEY"),
        ({"public_url": "http://book.example"}, "PUBLIC_URL"),
        ({"public_url": ""}, "PUBLIC_URL"),
        ({"clock_shift_seconds": 5}, "CLOCK_SHIFT_SECONDS"),
    ],
)
def test_a_setting_that_is_missing_or_weak_stops_the_start(tmp_path, wrong, named):
    with pytest.raises(SettingsError, match=named):
        make_app("sqlite://", tmp_path, **(COMPLETE | wrong))


def test_the_address_in_messages_has_no_slash_too_many(tmp_path):
    assert Settings.from_env(**(COMPLETE | {"public_url": "https://book.example/"})).public_url == PUBLIC_URL


def test_without_a_mail_server_mail_waits_and_it_is_said(tmp_path):
    settings = Settings.from_env(**COMPLETE | {"smtp_url": "", "instance_path": tmp_path})
    assert "email" not in channels_of(settings)
    made = make_app("sqlite://", tmp_path, **COMPLETE | {"smtp_url": ""})
    answer = made.test_client().get("/readyz", base_url=PUBLIC_URL)
    assert any("No SMTP_URL is set" in warning for warning in answer.json["warnings"])
    files = Settings.from_env(**COMPLETE | {"smtp_url": "", "mail_as_files": True, "instance_path": tmp_path})
    assert "email" in channels_of(files)


@pytest.mark.parametrize(
    "host", ["https://evil.example", "https://book.example.evil.example", "http://127.0.0.1"]
)
def test_another_name_gets_no_page_and_is_not_repeated(production, host):
    client = production.test_client()
    answer = client.get("/en/", base_url=host)

    assert answer.status_code == 421
    assert "evil" not in answer.text + str(answer.headers)
    assert client.post("/en/collect/code", base_url=host).status_code == 421
    assert client.get("/healthz", base_url=host).status_code == 200
    assert client.get("/en/", base_url="https://BOOK.example:443").status_code == 200


def test_a_proxy_that_nobody_told_us_of_is_named(production):
    client = production.test_client()
    assert "PROXY_HOPS" not in client.get("/readyz", base_url=PUBLIC_URL).text

    client.get("/en/", base_url=PUBLIC_URL, headers={"X-Forwarded-For": "203.0.113.7"})

    answer = client.get("/readyz", base_url=PUBLIC_URL).json
    assert "forwarded headers arrive, and PROXY_HOPS is 0" in answer["warnings"]


def test_with_people_of_the_demo_it_is_not_ready_and_they_cannot_sign_in(production):
    client = production.test_client()
    assert client.get("/readyz", base_url=PUBLIC_URL).status_code == 200
    build_user("mei", demo=True)

    answer = client.get("/readyz", base_url=PUBLIC_URL)
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    page = client.get("/staff", base_url=PUBLIC_URL).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    typed = {"csrf_token": token, "username": "mei", "password": PASSWORD}
    assert client.post("/staff", data=typed, base_url=PUBLIC_URL).status_code != 303
