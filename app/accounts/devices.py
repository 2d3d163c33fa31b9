"""Browser and system in two words, to know one's own sessions apart. PURE."""

# The first that fits: browsers name those they are like, so the rarer ones come first.
BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("YaBrowser", "Yandex"),
    ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """Return words like "Firefox, Windows"; what is not known is left out."""
    found = (
        next((words for sign, words in known if sign in user_agent), "") for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(words for words in found if words)
