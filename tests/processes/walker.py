"""A browser without JavaScript against a real server: keeps cookies, notes where it was sent."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import unescape
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any


@dataclass(frozen=True)
class Page:
    status_code: int
    text: str
    url: str


class Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        self.seen.append(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Walker:
    """Offers `get` and `post` as a test client does, so that the same steps walk a real server."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._redirects = Redirects()
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(self._redirects, cookies)
        self.titles: list[str] = []

    @property
    def addresses(self) -> list[str]:
        """Return where the server sent this browser; what was typed into the address bar is left out."""
        return self._redirects.seen

    def get(self, path: str, **_options: Any) -> Page:
        return self._open(path, None)

    def post(self, path: str, *, data: dict[str, str], **_options: Any) -> Page:
        return self._open(path, urllib.parse.urlencode(data).encode())

    def _open(self, path: str, body: bytes | None) -> Page:
        try:
            answer = self._opener.open(urllib.parse.urljoin(self._server_url, path), body, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            page = Page(answer.status, answer.read().decode(), answer.url)
        self.titles += [unescape(title) for title in re.findall(r"<title>(.*?)</title>", page.text, re.S)]
        return page
