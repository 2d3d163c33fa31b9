"""Text messages through a provider that really checks signatures, and through a program of the operator's."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.notifications import signature
from app.notifications.channels.aliyun import AliyunSms
from app.notifications.channels.registry import channels_of
from app.notifications.channels.webhook import WebhookSms
from app.notifications.letter import DeliveryError, Letter
from app.settings import Settings, SettingsError
from tests import sms_provider
from tests.conftest import DATA_KEY
from tests.sms_provider import Provider, says, takes_and_hangs, takes_and_says

LETTER = Letter(
    to="138 0013 8000", subject="", text="明天10:20", language="zh", template="tomorrow",
    blanks={"day": "11月25日", "link": "https://x.example/v/a"},
)  # fmt: skip
TEMPLATES = {"tomorrow.zh": "SMS_1", "tomorrow": "SMS_2"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with sms_provider.running() as running:
        yield running


def aliyun(provider: Provider, **more: Any) -> AliyunSms:
    given = {"key_id": sms_provider.KEY_ID, "secret": sms_provider.SECRET, "sign_name": "海口外服",
             "templates": TEMPLATES, "timeout": 2.0, **more}  # fmt: skip
    return AliyunSms(provider.url, **given)


@pytest.fixture
def moment() -> datetime:
    return datetime.now(UTC)  # the stand-in looks at the real clock, as the provider does


@pytest.fixture
def refused(provider: Provider, moment: datetime) -> Callable[..., DeliveryError]:
    def send(channel: Any = None) -> DeliveryError:
        with pytest.raises(DeliveryError) as found:
            (channel or aliyun(provider)).send(LETTER, key="7-1", now=moment)
        return found.value

    return send


def test_what_arrives_is_an_approved_template_with_its_blanks(provider, moment) -> None:
    assert aliyun(provider).send(LETTER, key="7-1", now=moment) == "OK 900619746936498440^0"
    (taken,) = provider.taken
    assert json.loads(taken.pop("TemplateParam")) == LETTER.blanks
    assert taken == {
        "PhoneNumbers": "13800138000", "SignName": "海口外服", "TemplateCode": "SMS_1", "OutId": "7-1",
    }  # fmt: skip


def test_a_number_abroad_is_written_with_its_country(provider, moment) -> None:
    letter = Letter(to="+7 912 345-67-89", subject="", text="", language="ru", template="tomorrow")
    aliyun(provider).send(letter, key="7-1", now=moment)
    assert (provider.taken[0]["PhoneNumbers"], provider.taken[0]["TemplateCode"]) == ("79123456789", "SMS_2")


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"key_id": "wrong"}])
def test_a_wrong_key_loses_nothing(provider, refused, wrong) -> None:
    error = refused(aliyun(provider, **wrong))
    assert not error.permanent
    assert error.detail in ("SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound")
    assert provider.taken == []


@pytest.mark.parametrize(
    ("answer", "detail", "permanent", "dead"),
    [
        (says(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}), "isv.BUSINESS_LIMIT_CONTROL", False, False),
        (says(200, {"Code": "isv.AMOUNT_NOT_ENOUGH"}), "isv.AMOUNT_NOT_ENOUGH", False, False),
        (says(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}), "isv.MOBILE_NUMBER_ILLEGAL", True, True),
        (says(200, {"Code": "isv.SMS_CONTENT_ILLEGAL"}), "isv.SMS_CONTENT_ILLEGAL", True, False),
        (says(400, {"Code": "Throttling.User"}), "Throttling.User", False, False),
        (says(429, {"Code": "Throttling"}), "429 Throttling", False, False),
        (says(503, {"Code": "ServiceUnavailable"}), "503 ServiceUnavailable", False, False),
        (says(500, b"<html>"), "500", False, False),
        (says(302, b""), "302, an answer that cannot be read", False, False),
        (says(200, b"<html>oh no"), "200, an answer that cannot be read", False, False),
        (says(200, b"[" * 50_000), "200, an answer that cannot be read", False, False),
        (says(200, [1]), "200, an answer that cannot be read", False, False),
        (says(200, {}), "200, an answer that cannot be read", False, False),
    ],
)
def test_each_answer_is_for_good_or_for_now(provider, refused, answer, detail, permanent, dead) -> None:
    provider.answers.append(answer)
    error = refused()
    assert (error.detail, error.permanent, error.dead) == (detail, permanent, dead)


def test_nobody_there_is_for_now(provider, refused) -> None:
    error = refused(AliyunSms("http://127.0.0.1:1", key_id="k", secret="s", sign_name="n",
                              templates=TEMPLATES, timeout=1))  # fmt: skip
    assert (error.permanent, error.detail.startswith("no answer")) == (False, True)


def test_a_kind_without_a_template_waits_for_one(provider, refused) -> None:
    error = refused(aliyun(provider, templates={"other": "SMS_9"}))
    assert (error.permanent, error.detail) == (False, "no approved template for tomorrow.zh")


@pytest.mark.parametrize(
    "unclear", [takes_and_says(500, b""), takes_and_says(200, b"<html>"), takes_and_hangs(1.2)]
)
def test_after_an_unclear_answer_the_message_is_not_sent_again(
    put, row, make_relay, clock, provider, unclear
) -> None:
    provider.answers.append(unclear)
    put("a", channel="sms")
    clock.move(seconds=(datetime.now(UTC) - clock.now()).total_seconds())
    relay = make_relay(compose=lambda _m, _n: LETTER, channels={"sms": aliyun(provider, timeout=0.5)})
    relay.deliver_due()
    assert row("a").status == "waiting"
    clock.move(minutes=2)
    relay.deliver_due()
    assert (row("a").status, row("a").reason) == ("sent", "taken at an earlier try")
    assert len(provider.taken) == 1


def test_after_a_clear_refusal_it_is_asked_and_then_sent(
    put, row, make_relay, clock, provider, moment
) -> None:
    provider.answers.append(says(503, {}))
    put("a", channel="sms")
    clock.move(seconds=(datetime.now(UTC) - clock.now()).total_seconds())
    relay = make_relay(compose=lambda _m, _n: LETTER, channels={"sms": aliyun(provider)})
    relay.deliver_due()
    clock.move(minutes=2)
    relay.deliver_due()
    assert row("a").status == "sent"
    assert (len(provider.taken), provider.asked) == (1, 2)


# --- a program of the operator's ---------------------------------------------------------------


def test_a_program_gets_a_signed_request(provider, moment) -> None:
    channel = WebhookSms(f"{provider.url}/hook", secret="s" * 32, timeout=2)
    assert channel.send(LETTER, key="7-1", now=moment) == "200"
    channel.close()
    (taken,) = provider.taken
    assert (taken["key"], taken["to"], taken["text"]) == ("7-1", "+8613800138000", "明天10:20")


def test_its_signature_is_over_what_it_reads(provider, moment) -> None:
    seen: list[tuple[str, str]] = []

    def keep(handler, _asked) -> None:
        seen.append((handler.headers[signature.HEADER], handler.headers["Idempotency-Key"]))
        handler.answer(200, {})

    provider.answers.append(keep)
    WebhookSms(f"{provider.url}/hook", secret="s" * 32, timeout=2).send(LETTER, key="7-1", now=moment)
    facts = {"key": "7-1", "to": "+8613800138000", "text": LETTER.text, "language": "zh",
             "template": "tomorrow", "blanks": dict(LETTER.blanks)}  # fmt: skip
    body = json.dumps(facts, ensure_ascii=False).encode()
    signature.check("s" * 32, seen[0][0], body, now=moment)
    assert seen[0][1] == "7-1"


@pytest.mark.parametrize(
    ("answer", "permanent", "dead"),
    [(says(422, {"dead": True}), True, True), (says(400, {}), True, False), (says(401, {}), False, False),
     (says(404, b""), False, False), (says(302, b""), False, False)],
)  # fmt: skip
def test_what_a_program_answers(provider, refused, answer, permanent, dead) -> None:
    provider.answers.append(answer)
    error = refused(WebhookSms(f"{provider.url}/hook", secret="s" * 32, timeout=2))
    assert (error.permanent, error.dead) == (permanent, dead)


# --- settings ----------------------------------------------------------------------------------


ALIYUN = {"sms_provider": "aliyun", "sms_key_id": "k", "sms_secret": "s", "sms_sign_name": "n",
          "sms_templates": {"today": "SMS_1"}}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"sms_provider": "aliyun"}, "SMS_KEY_ID"),
        ({**ALIYUN, "sms_templates": {}}, "SMS_TEMPLATES"),
        ({"sms_provider": "webhook", "sms_secret": "s"}, "SMS_URL"),
        ({"sms_provider": "pigeon"}, "SMS_PROVIDER"),
        ({**ALIYUN, "sms_url": "ftp://x"}, "SMS_URL"),
        ({"sms_timeout_seconds": 20}, "SMS_TIMEOUT_SECONDS"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(tmp_path, given, names) -> None:
    with pytest.raises(SettingsError, match=names):
        Settings.from_env(app_env="test", instance_path=tmp_path, **given)


def test_in_production_without_a_provider_text_messages_wait(tmp_path) -> None:
    production = {"app_env": "production", "secret_key": "x" * 32, "data_key": DATA_KEY,
                  "public_url": "https://x.example", "instance_path": tmp_path,
                  "mail_as_files": True}  # fmt: skip
    assert list(channels_of(Settings.from_env(**production))) == ["email"]
    with_sms = Settings.from_env(**production, **ALIYUN, sms_countries="CN")
    assert list(channels_of(with_sms)) == ["email", "sms"]
