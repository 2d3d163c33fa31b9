"""A sweep: one person opens every kind of page and sends every form, wrong in one control after the other,
then right. What a walk meets by chance is met here in order; what was met is not met again.

Planted one at a time and found by the sweeps of the suite: an undo that fails when the station has an older
closure; forms that lose a typed day when refused ("Close now", the days of a wish for an earlier time);
an English heading on a Chinese page; a link to no page; "None" on a page. Hours that fail after a day with
special times are found before that: the network that is swept cannot be filled.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.walker.browser import Browser
from tests.walker.oracles import shape_of
from tests.walker.page import Button, Form, Page
from tests.walker.values import ODD, Filled, Typist, kind_of
from tests.walker.walk import RARELY, ZONE, Step, Walk, form_of

OF_A_KIND = 3  # pages of one shape that are opened: they differ by what their rows are
DEEPEST = 4  # forms that are sent one after the other, each on the answer to the one before
FILES = ("/static/", "/photos/", "/map/", ".ics", ".csv", "/open-data")
LANGUAGE = re.compile(r"/(en|zh|ru)(?=/)")
Key = tuple[str, str, tuple[str, ...], str]


@dataclass
class Sweep:
    """One person's way through everything that is shown to them."""

    walk: Walk
    browser: Browser
    chance: Random
    met: Counter[str] = field(default_factory=Counter)
    forms: set[Key] = field(default_factory=set)

    def run(self) -> None:
        """Open all, then send all wrongly, then send all rightly and go on where that leads."""
        found = list(self._crawl([self.browser.home]))
        for page, form, button in found:
            self._send_wrongly(page, form, button)
        for page, form, button in found:
            self._send_rightly(page, form, button)

    # --- pages ----------------------------------------------------------------------------------

    def _crawl(self, addresses: list[str]) -> Iterator[tuple[Page, Form, Button | None]]:
        """Yield each form that was not met, on the page that shows it."""
        waiting = deque(addresses)
        while waiting:
            address = waiting.popleft()
            shape = shape_of(address)
            if self.met[shape] >= OF_A_KIND or not self._is_ours(address):
                continue
            self.met[shape] += 1
            page = self._open(address)
            for link, _words in page.links:
                # The pages of one's own language first: a form is filled in the language it is met in.
                add = waiting.append if _is_other(link, address) else waiting.appendleft
                add(link)
            yield from self._new_forms(page)

    def _is_ours(self, address: str) -> bool:
        """Say whether it is a page for this person: staff have theirs, everybody else the public ones."""
        is_staff = bool(self.browser.known.username)
        return is_staff == address.startswith("/staff") and not any(p in address for p in (*FILES, *RARELY))

    def _new_forms(self, page: Page) -> Iterator[tuple[Page, Form, Button | None]]:
        for form in page.forms:
            for button in form.buttons or (None,):
                key = _key(form, button)
                if key not in self.forms and self._is_ours(form.action):
                    self.forms.add(key)
                    yield page, form, button

    def _open(self, address: str) -> Page:
        self._take(Step(self.browser.name, "open", address, seed=self._seed()))
        page = self.browser.page
        assert page is not None
        if self.browser.known.username and any(
            f.kind == "password" for one in page.forms for f in one.fields
        ):
            self._press(page, page.forms[-1], None, self._typist().fill(page.forms[-1]))
            self._take(Step(self.browser.name, "open", address, seed=self._seed()))
            page = self.browser.page
            assert page is not None
        return page

    # --- forms ----------------------------------------------------------------------------------

    def _send_wrongly(self, page: Page, form: Form, button: Button | None) -> None:
        """Send it for each kind of control with that one wrong, and with that one empty."""
        kinds = {re.sub(r"\d+", "N", one.name): one for one in form.fields if one.is_typed}
        for one in kinds.values():
            for value in (self.chance.choice(ODD.get(kind_of(one), ODD["text"])), ""):
                filled = self._typist().fill(form)
                filled[one.name] = [value if typed is one else typed.value for typed in form.named(one.name)]
                self._press(page, form, button, filled)

    def _send_rightly(self, page: Page, form: Form, button: Button | None, depth: int = 0) -> None:
        answer = self._press(page, form, button, self._typist().fill(form))
        if answer is None or depth >= DEEPEST or not answer.is_html:
            return
        for shown, other, pressed in list(self._new_forms(answer)):
            self._send_wrongly(shown, other, pressed)
            self._send_rightly(shown, other, pressed, depth + 1)
        for shown, other, pressed in list(self._crawl([address for address, _ in answer.links])):
            self._send_wrongly(shown, other, pressed)
            self._send_rightly(shown, other, pressed, depth + 1)

    def _press(self, page: Page, form: Form, button: Button | None, filled: Filled) -> Page | None:
        """Send a form of a page that was seen: from the page that refused it, else as one who went back."""
        hidden = {one.name for one in form.fields if one.kind == "hidden"}
        typed = tuple((name, tuple(values)) for name, values in filled.items() if name not in hidden)
        pressed = (button.name, button.value) if button else None
        step = Step(self.browser.name, "press", page.address, form.action, typed, pressed, seed=self._seed())
        if form_of(self.browser.page, step) is None:
            self._show(page)
        self._take(step)
        return self.browser.page

    def _show(self, page: Page) -> None:
        """Go back to a page; open it anew when it can be opened, for a form is good for one answer."""
        if page.came_by == "GET":
            if self.browser.page is None or self.browser.page.address != page.address:
                self._open(page.address)
        else:
            while len(self.browser.history) > 1 and self.browser.page is not page:
                self._take(Step(self.browser.name, "back", seed=self._seed()))

    def _typist(self) -> Typist:
        today = self.walk.world.now().astimezone(ZONE).date()
        return Typist(self.browser.known, today, self.chance, "fresh")

    def _take(self, step: Step) -> None:
        self.walk.take(step)

    def _seed(self) -> int:
        return self.chance.getrandbits(32)


def _is_other(link: str, address: str) -> bool:
    languages = LANGUAGE.match(link), LANGUAGE.match(address)
    return all(languages) and languages[0][0] != languages[1][0]  # type: ignore[index]


def _key(form: Form, button: Button | None) -> Key:
    names = sorted({re.sub(r"\d+", "N", one.name) for one in form.fields})
    label = (
        f"{button.name}={button.value if re.fullmatch('[a-z_]{1,12}', button.value) else ''}"
        if button
        else ""
    )
    return form.method, LANGUAGE.sub("", shape_of(form.action)), tuple(names), label
