"""A browser without JavaScript that remembers where it was, and what went wrong on the way."""

import contextvars
import io
import traceback
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.walker.page import OURS, Form, Page
from tests.walker.values import Filled, Known

MOST_REDIRECTS = 10
MOST_REMEMBERED = 20


@dataclass
class Browser:
    """One person's browser: cookies, language, the page in front of them and those before."""

    name: str
    flask_app: Flask
    language: str
    home: str
    known: Known = field(default_factory=Known)
    history: list[Page] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # traces of what the app could not catch
    hops: list[Page] = field(default_factory=list)  # all answers to the last request
    is_old: bool = False  # the page in front was left once, and things may have changed since

    def __post_init__(self) -> None:
        # A plain one: what is wrong with a page is a fault to write down here, not the end of the walk.
        self.client = FlaskClient(self.flask_app, self.flask_app.response_class)

    def cookies(self) -> list[tuple[str, str]]:
        """Return what the server gave this browser to keep."""
        return [(one.key, one.value) for one in self.client._cookies.values()]

    @property
    def page(self) -> Page | None:
        return self.history[-1] if self.history else None

    def open(self, address: str) -> Page:
        return self._ask("GET", address, {})

    def press(self, form: Form, filled: Filled, button: tuple[str, str] | None) -> Page:
        """Send a form as a browser does."""
        sent = {name: list(values) for name, values in filled.items()}
        if button and button[0]:
            sent.setdefault(button[0], []).append(button[1])
        files = {one.name for one in form.fields if one.kind == "file"}
        data: dict[str, Any] = {name: values for name, values in sent.items() if name not in files}
        if files:
            for name in files:
                chosen = next((f for f in self.known.files if f[0] == (sent.get(name) or [""])[0]), ("", b""))
                data[name] = [(io.BytesIO(chosen[1]), chosen[0])]
        if form.method == "GET":
            return self._ask("GET", form.action.split("?")[0], {"query_string": MultiDict(data)})
        return self._ask("POST", form.action, {"data": MultiDict(data)})

    def back(self) -> Page | None:
        """Show the page before as it was: nothing is asked of the server."""
        if len(self.history) > 1:
            self.history.pop()
            self.is_old = True
        return self.page

    def _ask(self, method: str, address: str, more: dict[str, Any]) -> Page:
        self.hops = []
        page = self._one(method, address, more)
        for _ in range(MOST_REDIRECTS):
            target = page.body if 300 <= page.status < 400 else ""
            if not target:
                break
            page = self._one("GET", target, {})
        if page.is_html or page.status >= 400:
            self.history = [*self.history[-MOST_REMEMBERED:], page]
            self.is_old = False
        elif page.media_type == "text/csv":
            self.known.files = [
                *self.known.files[-5:],
                (page.address.split("?")[0].rpartition("/")[2], page.body.encode()),
            ]
        return page

    def _one(self, method: str, address: str, more: dict[str, Any]) -> Page:
        headers = {"Accept-Language": self.language}
        if method == "POST" and self.page:
            headers["Referer"] = OURS[0] + self.page.address
        caught: list[str] = []

        def note(_app: Any, exception: BaseException, **_more: Any) -> None:
            caught.append("".join(traceback.format_exception(exception)))

        with got_request_exception.connected_to(note, self.flask_app):
            answer = contextvars.Context().run(
                self.client.open, address, method=method, headers=headers, **more
            )
        self.failures = caught
        page = self._read(method, answer)
        answer.close()
        self.hops.append(page)
        return page

    def _read(self, method: str, answer: Any) -> Page:
        path = answer.request.path + (
            f"?{answer.request.query_string.decode()}" if answer.request.query_string else ""
        )
        if 300 <= answer.status_code < 400:
            here = Page(path, answer.status_code, "", "")
            return Page(path, answer.status_code, "", here.local(answer.headers.get("Location", "")) or "")
        body = answer.get_data()
        text = body.decode("utf-8", "replace") if _is_text(answer.mimetype) else ""
        return Page(path, answer.status_code, answer.mimetype or "", text, method)


def _is_text(media_type: str | None) -> bool:
    kind = media_type or ""
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
