"""What is wrong with a page, and with the answer to a form, whatever they are about. PURE."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests import markup
from tests.walker.page import Field, Form, Page
from tests.walker.values import MARK, Filled

# What no page says on purpose: values that nobody put into words, blanks that nobody filled.
LEAKS = re.compile(
    r"\bNone\b|\{\}|\[\]|%\(|%[sd]\b|\bUndefined\b|\bNaN\b|\bnan\b|<[\w.]+ object|LocalText\(|datetime\."
    r"|Decimal\(|&(?:amp|lt|gt|quot|#\d+);|Traceback"
)
# Two English words, or one of small letters: names, signs and numbers are neither.
ENGLISH = re.compile(r"\b[A-Za-z][a-z]+(?:[ -][a-z]{2,})+\b|(?<![\w./@:+-])[a-z]{4,}(?![\w/@:])(?!\.\w)")
# Words that are the same in every language, addresses, and what is quoted as it was typed.
NO_LANGUAGE = re.compile(
    r"\{[a-z_]+\}|\w+(?:,\w+){3,}|[«“][^»”]{,80}[»”]|https?://\S+|\bcookies?\b|\bwebhook\b|\.\w{2,4}\b|[\w.+-]+@[\w.-]+",
    re.IGNORECASE,
)
MOST_TYPED = 16
# Pages on which such a word is meant.
MEANT = {("/en/privacy", "None")}


@dataclass(frozen=True)
class Fault:
    """Something wrong: its kind, where (without numbers and tokens), and what was seen."""

    kind: str
    where: str
    seen: str
    more: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what makes it the same fault: a wrong text is one, on however many pages it stands."""
        return (
            self.kind,
            "" if self.kind in ("English", "leak", "dangling", "markup") else self.where,
            self.seen,
        )

    def __str__(self) -> str:
        return f"[{self.kind}] {self.where}: {self.seen}" + (f"\n{self.more}" if self.more else "")


SIGN = re.compile(r"[A-Z0-9]{8,}|[\w-]{16,}|\d+")
AFTER = {"changes", "places", "stations", "points", "network", "reminders", "texts"}


def shape_of(address: str) -> str:
    """Return an address without what is different each time: tokens, numbers, names of points, values."""
    path, _, query = address.partition("?")
    parts = path.split("/")
    for place, part in enumerate(parts):
        before = parts[place - 1] if place else ""
        if (
            (before in AFTER and part not in ("new", "sheet", "sheet.csv"))
            or (before in ("c", "v", "o", "g", "w", "offer") and part and part not in ("take", "decline"))
            or SIGN.fullmatch(part)
            or before == "photos"
        ):
            parts[place] = "<>"
    names = sorted({pair.partition("=")[0] for pair in query.split("&") if pair})
    return "/".join(parts) + (f"?{'&'.join(names)}" if names else "")


# --- one answer ---------------------------------------------------------------------------------


def of_answer(page: Page, failures: Sequence[str] = (), said: Sequence[str] = ()) -> Iterator[Fault]:
    """Yield what is wrong with an answer by itself; `said` is what people typed, the longest first."""
    where = shape_of(page.address)
    if page.status >= 500 or failures:
        trace = "\n".join(failures)
        yield Fault("broken", where, _last_line(trace) or f"answers {page.status}", trace[-3000:])
    text = (
        page.words if page.is_html else page.body if page.media_type in ("text/csv", "text/calendar") else ""
    )
    found = LEAKS.search(without(text, said))
    if found and (where, found.group()) not in MEANT:
        yield Fault("leak", where, found.group(), _around(text, found))
    if page.is_html:
        yield from _of_page(page, where)


def _of_page(page: Page, where: str) -> Iterator[Fault]:
    yield from (Fault("markup", where, fault) for fault in markup.faults_of(page.body))
    ids = set(page.root.xpath("//@id"))
    if MARK in ids:
        yield Fault("code", where, "what was typed became part of the page")
    for target in page.root.xpath("//a/@href[starts-with(., '#')] | //label/@for"):
        name = target.removeprefix("#")
        if name and name not in ids:
            yield Fault("dangling", where, f"#{re.sub(r'[0-9]+', 'N', name)}")
    if page.status < 400 and not page.root.xpath("//h1") and page.root.xpath("//main"):
        yield Fault("no heading", where, "no h1")


def of_language(page: Page, said: Sequence[str]) -> Iterator[Fault]:
    """Yield English texts of a Chinese or Russian page."""
    if page.language not in ("zh", "ru"):
        return
    for text, language in page.texts():
        if language != page.language:
            continue
        found = ENGLISH.search(NO_LANGUAGE.sub(" ", without(text, said)))
        if found:
            yield Fault("English", shape_of(page.address), found.group(), text[:300])


def without(text: str, said: Sequence[str]) -> str:
    """Return a text without what people typed."""
    for one in said:
        text = text.replace(one, " ")
    return text


def of_link(page: Page, shown_on: str) -> Iterator[Fault]:
    """Yield a link that leads nowhere."""
    if page.status in (404, 405):
        yield Fault("dead link", shape_of(page.address), f"{page.status}, shown on {shape_of(shown_on)}")


# --- a form and its answer ------------------------------------------------------------------------


def of_form(
    form: Form, filled: Filled, answer: Page, shown_on: str, *, fresh: bool = True
) -> Iterator[Fault]:
    """Yield what is wrong with the answer to a form that a page showed.

    A page that is not fresh may carry a token of a session that ended since: 400 says that.
    """
    where = f"{form.method} {shape_of(form.action)}"
    if answer.status in (404, 405):
        yield Fault("dead form", where, f"{answer.status}, shown on {shape_of(shown_on)}")
    again = _same(form, answer)
    refused = answer.status in (400, 409, 422) or (again and answer.came_by == "POST" and _is_refusal(answer))
    if not refused or (answer.status == 400 and not fresh):
        return
    if not _says_why(answer):
        yield Fault("no sentence", where, f"{answer.status} without a word why")
    if again:
        yield from _lost(form, filled, again, where)
    elif form.method == "POST" and any(filled[one.name][0].strip() for one in form.fields if one.is_typed):
        yield Fault("lost", where, f"{answer.status} without the form")


def _same(form: Form, answer: Page) -> Form | None:
    """Return the form of the answer that is this one again."""
    action = form.action.split("?")[0]
    same = [one for one in answer.forms if one.action.split("?")[0] == action and one.method == form.method]
    names = set(form.names)
    return max(same, key=lambda one: len(names & set(one.names)), default=None)


def _is_refusal(answer: Page) -> bool:
    return bool(answer.root.xpath("//*[contains(concat(' ', @class, ' '), ' errors ')]"))


def _says_why(answer: Page) -> bool:
    if not answer.is_html:
        return False
    lede = answer.root.xpath("//*[contains(concat(' ', @class, ' '), ' lede ')]")
    return bool(answer.complaints()) or any(one.text_content().strip() for one in lede)


def _lost(form: Form, filled: Filled, again: Form, where: str) -> Iterator[Fault]:
    for name in dict.fromkeys(one.name for one in form.fields):
        fields = form.named(name)
        if fields[0].kind in ("hidden", "password", "file", "submit") or _is_a_list(form, fields[0]):
            continue
        shown = again.named(name)
        typed = [_plain(value) for value in filled.get(name, [])]
        if fields[0].kind in ("checkbox", "radio"):
            now = [_plain(one.value) for one in shown if one.checked or one.kind == "hidden"]
        else:
            now = [_plain(one.value) for one in shown]
        missing = [value for value in typed if value and not _is_shown(value, now)]
        if missing:
            seen = (
                f"{re.sub(r'[0-9]+', 'N', name)} is gone"
                if not shown
                else f"{re.sub(r'[0-9]+', 'N', name)} is not kept"
            )
            yield Fault(
                "lost", where, seen, f"typed {missing[0][:80]!r}, shown {[v[:80] for v in now][:5]!r}"
            )


def _is_a_list(form: Form, one: Field) -> bool:
    """Say whether it is a list that may come as a file, too: its lines are shown as they were read."""
    return one.kind == "textarea" and any(other.kind == "file" for other in form.fields)


def _is_shown(value: str, shown: list[str]) -> bool:
    same_day = re.fullmatch(r"\d+\D\d+\D\d+", value) and _numbers(value) in map(_numbers, shown)
    same_code = re.fullmatch(r"[\w ]+", value) and _letters(value) in map(_letters, shown)
    return value in shown or bool(same_day or same_code) or _is_cut(value, shown)


def _letters(value: str) -> str:
    return value.replace(" ", "").casefold()


def _numbers(value: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", value)]


def _is_cut(value: str, shown: list[str]) -> bool:
    """Say whether only the end is gone, of more than anybody types."""
    return len(value) > MOST_TYPED and any(len(one) >= MOST_TYPED and value.startswith(one) for one in shown)


def _plain(value: str) -> str:
    """Return a text without what nobody sees: line ends, blanks, signs that turn the direction."""
    value = re.sub("[\u202a-\u202e\u2066-\u2069]", "", value)
    return re.sub(r"\s+", " ", value).strip()


def _last_line(trace: str) -> str:
    lines = trace.strip().splitlines()
    return re.sub(r"0x[0-9a-f]+|\d+", "N", lines[-1])[:200] if lines else ""


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 80) : found.end() + 80]
