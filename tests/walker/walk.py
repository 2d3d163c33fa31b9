"""One walk: who goes where and sends what, in an order of its seed; and the same steps once more."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from zoneinfo import ZoneInfo

from tests.walker import letters, oracles, promises
from tests.walker.browser import Browser
from tests.walker.oracles import Fault, shape_of
from tests.walker.page import Form, Page
from tests.walker.values import CASES, LONG, ODD, RIGHT, WORDS, Filled, Typist
from tests.walker.work import night, work
from tests.walker.world import World

ZONE = ZoneInfo("Asia/Shanghai")
PAUSES = (1, 1, 6, 6, 11, 11, 16, 16, 61, 240, 24 * 60, 3 * 24 * 60)
SHARES = ((0.03, "wait"), (0.02, "work"), (0.005, "night"), (0.025, "mail"), (0.05, "again"), (0.04, "back"))
STAY = {True: 0.5, False: 0.96}  # how likely the next step is the same browser's, with two at once or one
MOODS = ("right", "right", "right", "as_is", "odd", "odd", "wild")
RARELY = (
    "/staff/sign-out",
    "/staff/language",
    "/display",
    "/collect/leave",
    "/static/",
    "/photos/",
    "/map/base.js",
)


@dataclass(frozen=True)
class Step:
    """One thing that somebody does; `seed` is for the codes that the server makes in it."""

    who: str
    verb: str  # open · press · back · wait · work · night
    address: str = ""  # what is opened; the page on which the form is
    action: str = ""
    filled: tuple[tuple[str, tuple[str, ...]], ...] = ()
    button: tuple[str, str] | None = None
    minutes: int = 0
    seed: int = 0

    def __str__(self) -> str:
        if self.verb == "press":
            typed = ", ".join(
                f"{n}={'|'.join(v)[:60]!r}" for n, v in self.filled if n not in ("csrf_token", "key")
            )
            name = f" [{self.button[0]}={self.button[1]}]" if self.button and self.button[0] else ""
            return f"{self.who} on {self.address} sends {self.action}{name}: {typed}"
        return {
            "wait": f"{self.minutes} minutes pass",
            "work": "the worker works",
            "night": "the night passes",
        }.get(self.verb, f"{self.who} {self.verb}s {self.address}".rstrip())


@dataclass
class Walk:
    """Takes steps in a world and keeps what was wrong after each."""

    world: World
    steps: list[Step] = field(default_factory=list)
    faults: list[tuple[Fault, int]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    _last: dict[str, Step] = field(default_factory=dict)

    # --- taking a step ----------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Do one step and look at what came of it; a step that is not possible any more is left out."""
        self.steps.append(step)
        self.world.seed(step.seed)
        for fault in self._do(step):
            self.faults.append((fault, len(self.steps)))

    def _do(self, step: Step) -> Iterator[Fault]:
        if step.verb == "wait":
            self.world.clock.move(minutes=step.minutes)
        elif step.verb in ("work", "night"):
            yield from work(self.world) if step.verb == "work" else night(self.world)
            yield from letters.of_new(self.world, SAID)
            yield from promises.of_all(self.world)
        elif step.verb == "back":
            self._browser(step).back()
        elif step.verb == "open":
            yield from self._open(self._browser(step), step)
        else:
            yield from self._press(self._browser(step), step)
            yield from promises.of_desks(self.world)

    def _browser(self, step: Step) -> Browser:
        return self.world.browsers[step.who]

    def _open(self, browser: Browser, step: Step) -> Iterator[Fault]:
        before = browser.page
        page = browser.open(step.address)
        yield from self._judge(browser)
        shown = before and any(address == step.address for address, _ in before.links)
        if shown and before:
            yield from oracles.of_link(page, before.address)

    def _press(self, browser: Browser, step: Step) -> Iterator[Fault]:
        form = form_of(browser.page, step)
        if form is None and step.address:
            browser.open(step.address)
            form = form_of(browser.page, step)
        if form is None or browser.page is None:
            return
        shown_on = browser.page.address
        # What the page carries unseen is the page's of now: links and codes may differ in another run.
        filled = {name: list(values) for name, values in step.filled} | _hidden(form)
        fresh = not browser.is_old
        answer = browser.press(form, filled, step.button)
        yield from self._judge(browser)
        yield from oracles.of_form(form, filled, answer, shown_on, fresh=fresh)

    def _judge(self, browser: Browser) -> Iterator[Fault]:
        for page in browser.hops:
            yield from oracles.of_answer(page, browser.failures if page.status >= 500 else (), SAID)
            yield from oracles.of_language(page, SAID)
            yield from promises.of_page(self.world, page)

    # --- choosing a step --------------------------------------------------------------------------

    def wander(self, count: int, *, seed: int, together: bool) -> None:
        """Take so many steps, each chosen by chance among what was done the least."""
        chance = Random(seed)
        browser = chance.choice(list(self.world.browsers.values()))
        for _ in range(count):
            if chance.random() > STAY[together]:
                browser = self._next(browser, chance)
            step = self._choose(browser, chance)
            self.take(step)

    def _next(self, browser: Browser, chance: Random) -> Browser:
        others = [one for one in self.world.browsers.values() if one is not browser]
        return chance.choices(others, [3 if one.known.username else 1 for one in others])[0]

    def _choose(self, browser: Browser, chance: Random) -> Step:
        seed, draw, verb = chance.getrandbits(32), chance.random(), "page"
        for share, name in SHARES:
            if draw < share:
                verb = name
                break
            draw -= share
        minutes = chance.choice(PAUSES) if verb == "wait" else 0
        if verb in ("wait", "work", "night"):
            return Step("", verb, minutes=minutes, seed=seed)
        if verb == "again" and browser.name in self._last:
            return self._last[browser.name]
        if verb == "back" and len(browser.history) > 1:
            return Step(browser.name, verb, seed=seed)
        if verb == "mail" and (mailed := letters.links_of(self.world)):
            reader = "nobody-en" if browser.known.username else browser.name
            return Step(reader, "open", chance.choice(mailed), seed=seed)
        return self._choose_on_page(browser, chance, seed)

    def _choose_on_page(self, browser: Browser, chance: Random, seed: int) -> Step:
        page = browser.page
        if page is None or chance.random() < 0.04:
            return Step(browser.name, "open", browser.home, seed=seed)
        ways: list[tuple[float, str, object]] = []
        for address, _words in page.links:
            name = f"{browser.name} GET {shape_of(address)}"
            ways.append((self._weight(name, address), name, address))
        for form in page.forms:
            for button in form.buttons or (None,):
                label = (
                    f"{button.name}={button.value[:12] if len(button.value) < 12 else ''}" if button else ""
                )
                name = f"{browser.name} {form.method} {shape_of(form.action)} {label}"
                weight = 4 * self._weight(name, form.action) / (1 + len(form.buttons) / 10)
                ways.append((weight, name, (form, button)))
        if not ways:
            return Step(browser.name, "open", browser.home, seed=seed)
        _, name, way = chance.choices(ways, [weight for weight, _, _ in ways])[0]
        self.seen[name] += 1
        if isinstance(way, str):
            return Step(browser.name, "open", way, seed=seed)
        form, button = way  # type: ignore[misc]
        step = self._filled(browser, page, form, button, chance, seed)
        self._last[browser.name] = step
        return step

    def _weight(self, name: str, address: str) -> float:
        rare = 0.05 if any(part in address for part in RARELY) else 1
        return rare / (1 + self.seen[name]) ** 1.5

    def _filled(
        self, browser: Browser, page: Page, form: Form, button: object, chance: Random, seed: int
    ) -> Step:
        today = self.world.now().astimezone(ZONE).date()
        signs_in = any(one.kind == "password" for one in form.fields) and chance.random() < 0.8
        mood = "right" if signs_in else chance.choice(MOODS)
        filled = Typist(browser.known, today, chance, mood).fill(form)
        hidden = {one.name for one in form.fields if one.kind == "hidden"}
        return Step(
            browser.name,
            "press",
            page.address,
            form.action,
            tuple((name, tuple(values)) for name, values in filled.items() if name not in hidden),
            (button.name, button.value) if button else None,  # type: ignore[attr-defined]
            seed=seed,
        )


def form_of(page: Page | None, step: Step) -> Form | None:
    """Return the form of the page that the step is about."""
    if page is None:
        return None
    names = {name for name, _ in step.filled}
    same = [
        form for form in page.forms if form.action == step.action and names <= {f.name for f in form.fields}
    ]
    with_button = [
        f for f in same if not step.button or any((b.name, b.value) == step.button for b in f.buttons)
    ]
    return next(iter(with_button), None)


def _hidden(form: Form) -> Filled:
    sent: Filled = {}
    for one in form.fields:
        if one.kind == "hidden":
            sent.setdefault(one.name, []).append(one.value)
    return sent


def _all_said() -> list[str]:
    said = {LONG, "long", *WORDS.values(), *CASES.splitlines()}
    for values in (*RIGHT.values(), *ODD.values()):
        # A page may quote a part of what was typed: a list's one item, what stood before a sign.
        said |= {*values, *(piece for value in values for piece in re.split(r"[<>;,'\"=()]", value))}
    return sorted((one.strip() for one in said if len(one.strip()) > 2), key=len, reverse=True)


SAID = _all_said()
