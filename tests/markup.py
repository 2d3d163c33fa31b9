"""What is wrong with the HTML of a page, by the standard's own tables: nesting, attributes, references. PURE.

The parser (html5lib, the standard's algorithm) tells what it had to mend; the tables here tell what a parser
takes without a word and a checker of the standard refuses.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache

import html5lib
from lxml import etree

Node = etree._Element


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHRASING = _words(
    "a abbr area audio b bdi bdo br button canvas cite code data datalist del dfn em embed i iframe img input"
    " ins kbd label link map mark meta meter noscript object output picture progress q ruby s samp script"
    " select slot small span strong sub sup svg template textarea time u var video wbr"
)
# What may hold words and their like only.
HOLDS_PHRASING = _words(
    "abbr b bdi bdo button cite code data dfn em h1 h2 h3 h4 h5 h6 i kbd label mark meter output p pre"
    " progress q s samp small span strong sub summary sup time u var legend"
)
HEADINGS = _words("h1 h2 h3 h4 h5 h6")
ALSO_HEADINGS = frozenset(("legend", "summary"))
TRANSPARENT = frozenset(("a", "ins", "del", "noscript", "map"))
INTERACTIVE = _words("button details embed iframe label select textarea")
LABELABLE = _words("button input meter output progress select textarea")
SCRIPTS = frozenset(("script", "template"))
# Which elements stand in which, and nowhere else; which hold nothing but these.
PARENTS = {
    "li": {"ul", "ol", "menu"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"thead", "tbody", "tfoot"},
    "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"},
    "caption": {"table"}, "legend": {"fieldset"}, "summary": {"details"}, "figcaption": {"figure"},
    "option": {"select", "optgroup", "datalist"}, "optgroup": {"select"}, "source": {"picture"},
}  # fmt: skip
CHILDREN = {
    "ul": {"li"}, "ol": {"li"}, "menu": {"li"}, "dl": {"dt", "dd", "div"}, "tr": {"td", "th"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"}, "thead": {"tr"}, "tbody": {"tr"},
    "select": {"option", "optgroup", "hr"}, "datalist": {"option"}, "optgroup": {"option"},
}  # fmt: skip
FIRST = frozenset(("legend", "summary", "caption"))
# ancestor: what it may not hold at any depth.
NEVER_IN = {
    "form": {"form"}, "label": {"label"}, "header": {"header", "footer", "main"}, "dfn": {"dfn"},
    "footer": {"header", "footer", "main"}, "article": {"main"}, "aside": {"main"}, "nav": {"main"},
    "address": {*HEADINGS, "address", "header", "footer", "section", "article", "nav", "aside"},
    "dt": {*HEADINGS, "header", "footer", "section", "article", "nav", "aside"},
    "th": {*HEADINGS, "header", "footer", "section", "article", "nav", "aside"},
    "caption": {"table"}, "progress": {"progress"}, "meter": {"meter"},
}  # fmt: skip

# --- attributes -----------------------------------------------------------------------------------

GLOBAL = _words(
    "accesskey autocapitalize autofocus class contenteditable dir draggable enterkeyhint hidden id inert"
    " inputmode itemid itemprop itemref itemscope itemtype lang nonce popover role slot spellcheck"
    " style tabindex"
    " title translate xmlns"
)
OWN = {
    "a": "href target download rel hreflang type ping referrerpolicy",
    "button": "disabled form formaction formenctype formmethod formnovalidate formtarget name popovertarget"
    " popovertargetaction type value",
    "base": "href target", "data": "value", "del": "cite datetime", "details": "name open", "dialog": "open",
    "fieldset": "disabled form name",
    "form": "accept-charset action autocomplete enctype method name novalidate target rel",
    "iframe": "src srcdoc name sandbox allow allowfullscreen width height referrerpolicy loading",
    "img": "alt src srcset sizes crossorigin usemap ismap width height referrerpolicy decoding loading",
    "ins": "cite datetime", "label": "for", "li": "value",
    "link": "href crossorigin rel media integrity hreflang type referrerpolicy sizes as"
    " blocking"
    " color disabled fetchpriority",
    "meta": "name http-equiv content charset media property", "meter": "value min max low high optimum",
    "ol": "reversed start type", "optgroup": "disabled label", "option": "disabled label selected value",
    "output": "for form name", "progress": "value max",
    "script": "src type nomodule async defer crossorigin integrity referrerpolicy blocking fetchpriority",
    "select": "autocomplete disabled form multiple name required size",
    "source": "type media src srcset sizes width height", "style": "media blocking", "time": "datetime",
    "td": "colspan rowspan headers", "th": "colspan rowspan headers scope abbr", "col": "span",
    "textarea": "autocomplete cols dirname disabled form maxlength minlength name placeholder readonly"
    " required rows wrap", "colgroup": "span",
}  # fmt: skip
_WORDS = "maxlength minlength pattern placeholder readonly required size autocomplete list dirname"
_COUNTED = "list max min readonly required step autocomplete"
INPUT = {
    "text": _WORDS, "search": _WORDS, "tel": _WORDS, "url": _WORDS, "email": f"{_WORDS} multiple",
    "password": "maxlength minlength pattern placeholder readonly required size autocomplete",
    "number": f"{_COUNTED} placeholder", "date": _COUNTED, "time": _COUNTED, "month": _COUNTED,
    "datetime-local": _COUNTED, "range": "list max min step autocomplete", "color": "list autocomplete",
    "checkbox": "checked required", "radio": "checked required", "file": "accept multiple required capture",
    "hidden": "autocomplete dirname", "submit": "formaction formenctype formmethod formnovalidate formtarget",
    "image": "alt src width height", "reset": "", "button": "",
}  # fmt: skip
EVERY_INPUT = _words("type name value disabled form")
REFERENCES = (
    "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "list", "form",
    "headers", "for", "aria-activedescendant", "aria-errormessage",
)  # fmt: skip
ENUMS = {
    ("button", "type"): "submit button reset", ("form", "method"): "get post dialog",
    ("th", "scope"): "row col rowgroup colgroup", ("*", "dir"): "ltr rtl auto",
    ("*", "inputmode"): "none text decimal numeric tel search email url",
    ("*", "enterkeyhint"): "enter done go next previous search send", ("*", "translate"): "yes no",
    ("*", "autocapitalize"): "off none on sentences words characters",
    ("form", "enctype"): "application/x-www-form-urlencoded multipart/form-data text/plain",
}  # fmt: skip

# What may be filled in by itself, and in which controls: the standard's groups.
TEXT, MULTILINE, PASSWORD, URL, EMAIL, TEL, NUMERIC, MONTH, DATE = range(9)
FIELD_NAMES = {
    TEXT: "name honorific-prefix given-name additional-name family-name honorific-suffix nickname username"
    " organization-title organization address-line1 address-line2 address-line3 address-level4 address-level3"
    " address-level2 address-level1 country country-name postal-code cc-name cc-given-name cc-additional-name"
    " cc-family-name cc-number cc-csc cc-type transaction-currency language sex tel-country-code tel-national"
    " tel-area-code tel-local tel-local-prefix tel-local-suffix tel-extension one-time-code",
    MULTILINE: "street-address", PASSWORD: "new-password current-password", URL: "url photo impp",
    EMAIL: "email", TEL: "tel", NUMERIC: "transaction-amount bday-day bday-month bday-year",
    MONTH: "cc-exp", DATE: "bday",
}  # fmt: skip
_ANY = {TEXT, PASSWORD, URL, EMAIL, TEL, NUMERIC, MONTH, DATE}
GROUPS = {
    "textarea": {*_ANY, MULTILINE}, "select": {*_ANY, MULTILINE}, "hidden": {*_ANY, MULTILINE},
    "text": _ANY, "search": _ANY, "password": {TEXT, PASSWORD}, "url": {URL}, "email": {EMAIL},
    "tel": {TEL}, "number": {NUMERIC}, "month": {MONTH}, "date": {DATE},
}  # fmt: skip
CONTACT = {EMAIL, TEL}
AUTOCOMPLETE = re.compile(
    r"(section-\S+ )?((shipping|billing) )?((?P<contact>home|work|mobile|fax|pager) )?(?P<field>\S+)"
)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def faults_of(text: str) -> list[str]:
    """Return what is wrong with the HTML of a page, each once, without numbers.

    Pages that differ only in their words and values are looked at once.
    """
    return list(_faults_of(_skeleton(text)))


def _skeleton(text: str) -> str:
    """Return a page without its words, and without the values that say nothing about its build."""
    text = re.sub(r">[^<>]*[^<>\s][^<>]*<", ">x<", text)
    text = re.sub(r'(?<= )(value|content|datetime)="[^"]+"', r'\1="x"', text)
    return re.sub(r'(?<= )(href|src|action)="[^"\s]+"', r'\1="x"', text)


@lru_cache(maxsize=4096)
def _faults_of(text: str) -> tuple[str, ...]:
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    root = parser.parse(text).getroot()
    # Signs that no text should have are somebody's: they are shown as they were typed.
    found = [f"parser: {code}" for _place, code, _more in parser.errors if code != "invalid-codepoint"]
    nodes = [node for node in root.iter(etree.Element) if not _is_foreign(node)]
    found += _of_ids(nodes)
    ids = {node.get("id"): node for node in nodes if node.get("id")}
    for node in nodes:
        found += [f"<{node.tag}> {what}" for what in _of_element(node, ids)]
    if sum(node.tag == "main" for node in nodes) > 1:
        found.append("more than one <main>")
    return tuple(sorted({re.sub(r"\d+", "N", one) for one in found}))


def _is_foreign(node: Node) -> bool:
    return node.tag == "svg" or "}" in node.tag


def _of_ids(nodes: list[Node]) -> Iterator[str]:
    ids = Counter(node.get("id") for node in nodes if node.get("id") is not None)
    for name, count in ids.items():
        if count > 1:
            yield f"id {name} stands more than once"
        if not name or re.search(r"\s", name):
            yield f"id {name!r} is empty or has a space"


def _of_element(node: Node, ids: dict[str, Node]) -> Iterator[str]:
    yield from _of_place(node, list(node.iterancestors()))
    yield from _of_children(node)
    yield from _of_attributes(node)
    yield from _of_references(node, ids)
    yield from _of_autocomplete(node)


# --- nesting --------------------------------------------------------------------------------------


def _of_place(node: Node, above: list[Node]) -> Iterator[str]:
    parent = above[0].tag if above else ""
    if node.tag in PARENTS and parent not in PARENTS[node.tag]:
        yield f"in <{parent}>"
    for one in above:
        if node.tag in NEVER_IN.get(one.tag, ()):
            yield f"within <{one.tag}>"
        if one.tag in ("a", "button") and (_is_interactive(node) or "tabindex" in node.attrib):
            yield f"within <{one.tag}>"
    holder = next((one for one in above if one.tag not in TRANSPARENT), None)
    if holder is not None and holder.tag in HOLDS_PHRASING:
        allowed = PHRASING | HEADINGS if holder.tag in ALSO_HEADINGS else PHRASING
        if node.tag not in allowed:
            yield f"in <{holder.tag}>, which holds words only"


def _is_interactive(node: Node) -> bool:
    if node.tag == "input":
        return node.get("type") != "hidden"
    return node.tag in INTERACTIVE or (node.tag == "a" and "href" in node.attrib)


def _of_children(node: Node) -> Iterator[str]:
    inside = list(node.iterchildren(etree.Element))
    allowed = CHILDREN.get(node.tag)
    if allowed is not None:
        yield from (f"holds <{one.tag}>" for one in inside if one.tag not in allowed | SCRIPTS)
        if "".join((node.text or "", *(one.tail or "" for one in node))).strip():
            yield "holds words of its own"
    yield from (f"has <{one.tag}> not as its first" for one in inside[1:] if one.tag in FIRST)
    if node.tag == "details" and not any(one.tag == "summary" for one in inside):
        yield "has no <summary>"
    if node.tag == "dl" and inside and inside[0].tag == "dd":
        yield "begins with <dd>"
    if node.tag == "label":
        inner = [
            one
            for one in node.iterdescendants(etree.Element)
            if one.tag in LABELABLE and one.get("type") != "hidden"
        ]
        if len(inner) > 1 or (inner and node.get("for", inner[0].get("id")) != inner[0].get("id")):
            yield "holds a control that is not its own"


# --- attributes -----------------------------------------------------------------------------------


@cache
def _allowed(name: str, kind: str) -> frozenset[str] | None:
    if name == "input":
        return GLOBAL | EVERY_INPUT | frozenset(INPUT[kind].split()) if kind in INPUT else None
    return GLOBAL | frozenset(OWN.get(name, "").split())


def _of_attributes(node: Node) -> Iterator[str]:
    kind = (node.get("type") or "text").lower() if node.tag == "input" else ""
    allowed = _allowed(node.tag, kind)
    if allowed is None:
        yield f"of the unknown type {kind}"
        return
    for name, value in node.items():
        if name not in allowed and not name.startswith(("data-", "aria-")) and node.tag != "html":
            yield f"{kind and f'of type {kind} '}has {name}"
        words = ENUMS.get((node.tag, name)) or ENUMS.get(("*", name))
        if words and (value or "").lower() not in words.split():
            yield f"has {name}={value!r}"
        if name in ("href", "src", "action") and re.search(r"\s", value or ""):
            yield f"has a space in {name}"
        if name == "lang" and value and not LANGUAGE.fullmatch(value):
            yield f"has lang={value!r}"
    yield from _of_lacking(node)


def _of_lacking(node: Node) -> Iterator[str]:
    if node.tag == "img" and "alt" not in node.attrib:
        yield "has no alt"
    if node.tag == "a" and "href" not in node.attrib and set(node.attrib) & {"target", "download", "rel"}:
        yield "leads nowhere"
    if node.tag in ("form", "img", "iframe", "script", "link") and any(
        node.get(name) == "" for name in ("action", "src", "href")
    ):
        yield "has an empty address"
    if node.tag == "optgroup" and not node.get("label"):
        yield "has no label"


def _of_references(node: Node, ids: dict[str, Node]) -> Iterator[str]:
    for name in REFERENCES:
        for target in (node.get(name) or "").split():
            found = ids.get(target)
            if found is None:
                yield f"{name} names {target}, which is not there"
            elif name == "for" and node.tag == "label" and found.tag not in LABELABLE:
                yield f"is for a <{found.tag}>"
            elif name == "form" and found.tag != "form":
                yield f"is of a <{found.tag}>"
            elif name == "list" and found.tag != "datalist":
                yield f"has a <{found.tag}> as its list"


def _of_autocomplete(node: Node) -> Iterator[str]:
    value = node.get("autocomplete")
    if value is None or node.tag == "form":
        return
    kind = (node.get("type") or "text").lower() if node.tag == "input" else node.tag
    words = re.fullmatch(AUTOCOMPLETE, value.lower().strip())
    group = next((g for g, names in FIELD_NAMES.items() if words and words["field"] in names.split()), None)
    if value in ("on", "off"):
        if kind == "hidden":
            yield f"is hidden and has autocomplete={value}"
    elif words is None or group is None or (words["contact"] and group not in CONTACT):
        yield f"has autocomplete={value!r}"
    elif group not in GROUPS.get(kind, set()):
        yield f"of type {kind} has autocomplete={value!r}"
