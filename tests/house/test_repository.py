"""What the repository holds: pinned packages with reasons, and nothing of the place it was made in."""

import re

import pytest

from app.settings import Settings
from tests.house.sources import ROOT, short, tracked

# Written so that this file does not name what it looks for.
UNWANTED = re.compile(
    r"/wor[k]/|/op[t]/|/roo[t]/|assistan[t]\b|chatbo[t]|session transcrip[t]|language mode[l]|copilo[t]\b"
    r"|generated b[y] (an? )?(ai|model)|extra-index-ur[l]|index-ur[l]\s*=|as a[n] ai\b",
    re.IGNORECASE,
)
VENDORED = "app/static/vendor/"
BINARY = {".png", ".jpg", ".ico", ".woff2"}


def own_texts():
    for path in tracked():
        if path.suffix not in BINARY and not short(path).startswith(VENDORED):
            yield path, path.read_text(errors="replace")


def test_no_file_speaks_of_the_place_it_was_made_in():
    found = [
        f"{short(path)}: {match.group()}" for path, text in own_texts() for match in UNWANTED.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["see /wor" + "k/main", "an assistan" + "t wrote it", "/op" + "t/tools"])
def test_the_look_out_sees_it(text):
    assert UNWANTED.search(text)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_a_hash(name):
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / name).read_text().strip())
    loose = [block.splitlines()[0] for block in blocks if not re.match(r"[\w.\[\]-]+==[^\s]+", block)]
    bare = [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
    assert loose == []
    assert bare == []


def test_every_package_that_runs_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    packages = [line for line in lines if re.match(r'  "[\w.\[\]<>=,-]+",', line)]
    assert len(packages) > 40
    assert [line for line in packages if not re.search(r"#\s*\S+", line)] == []


def test_every_module_and_document_that_the_docs_name_exists():
    names = ["/" + short(path) for path in tracked()]
    said = re.compile(r"`([\w./-]+\.(?:py|md|sh))`")
    documents = [path for path in tracked() if path.suffix == ".md" and path.name != "CHANGELOG.md"]
    gone = [
        f"{short(document)}: {name}"
        for document in documents
        for name in said.findall(document.read_text())
        if not any(path.endswith("/" + name) for path in names)
    ]
    assert gone == []


def test_every_setting_is_told_in_the_readme_and_the_example_names_only_settings():
    settings = {name.upper() for name in Settings.model_fields} - {"CLOCK_SHIFT_SECONDS"}  # for tests only
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "README.md").read_text()))
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert (settings - told, example - settings - {"BIND"}) == (set(), set())


def test_no_file_is_larger_than_a_megabyte():
    large = [short(path) for path in tracked() if path.stat().st_size > 1_000_000]
    assert large == []


def test_no_compiled_catalog_or_database_is_kept():
    assert [short(path) for path in tracked() if path.suffix in {".mo", ".db", ".pyc", ".sqlite"}] == []
