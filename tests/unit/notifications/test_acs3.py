"""The signature of Alibaba Cloud, against the example that its documentation publishes."""

from datetime import UTC, datetime

from app.notifications.channels.acs3 import ApiCall, headers_of

EXAMPLE = ApiCall(
    host="ecs.cn-shanghai.aliyuncs.com",
    version="2014-05-26",
    action="RunInstances",
    parameters={"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
)
SIGNATURE = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def signed(call: ApiCall = EXAMPLE, **more: str) -> str:
    given = {
        "key_id": "YourAccessKeyId",
        "secret": "YourAccessKeySecret",
        "nonce": "3156853299f313e23d1673dc12e1703d",
    }
    now = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    return headers_of(call, **{**given, **more}, now=now)["Authorization"]


def test_it_is_the_signature_of_the_published_example() -> None:
    assert signed() == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        f"x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={SIGNATURE}"
    )


def test_every_part_changes_it() -> None:
    assert SIGNATURE not in signed(secret="another")
    assert SIGNATURE not in signed(nonce="another")


def test_what_is_signed_is_what_is_sent() -> None:
    call = ApiCall("h", "v", "a", {"b": "1 2", "a": "外服/&=+*~", "A": ""})
    assert call.query == "A=&a=%E5%A4%96%E6%9C%8D%2F%26%3D%2B%2A~&b=1%202"
