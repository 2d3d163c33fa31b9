import pytest

from app.accounts.devices import device_of

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Chrome, Windows"),
        (f"{WINDOWS} Edg/126.0", "Edge, Windows"),
        (IPHONE, "Safari, iPhone"),
        (f"{IPHONE} MicroMessenger/8.0", "WeChat, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("curl/8.0", ""),
        ("", ""),
        ("Chrome" * 10_000, "Chrome"),
    ],
)
def test_browser_and_system_are_told_apart(user_agent, words):
    assert device_of(user_agent) == words
