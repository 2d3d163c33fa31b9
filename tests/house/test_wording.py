"""Every no has its sentence, and every word of state has a label."""

import importlib
import pkgutil
import re
from pathlib import Path

import app
from app.appointments.waitlist.offers import OfferState
from app.errors import DomainError
from app.messages.wording import MESSAGE_REASONS
from app.wording import REFUSALS

# Not refusals of a rule, but answered with a code and a sentence all the same.
OTHER_CODES = {"invalid_request"}


def refusals(kind=DomainError):
    yield kind
    for below in kind.__subclasses__():
        yield from refusals(below)


def codes_of_the_app():
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    return {kind.code for kind in refusals() if kind.__module__.startswith("app.")}


def test_every_refusal_has_a_sentence():
    assert codes_of_the_app() - set(REFUSALS) == set()


def test_every_sentence_belongs_to_a_refusal():
    assert set(REFUSALS) - codes_of_the_app() - OTHER_CODES == set()


def test_a_refusal_says_its_code_itself():
    codes_of_the_app()
    silent = [kind.__name__ for kind in refusals() if "code" not in vars(kind)]
    assert silent == []


def test_sentences_have_at_most_20_words():
    texts = [str(text) for text in REFUSALS.values()]
    sentences = [s for text in texts for s in text.replace("?", ".").split(".")]
    assert [s for s in sentences if len(s.split()) > 20] == []


def test_every_reason_to_skip_a_message_has_words():
    sources = (path.read_text() for path in Path(app.__path__[0]).rglob("*.py"))
    written = {found for source in sources for found in re.findall(r'Skip\("([^"]+)"\)', source)}
    offers = {f"the offer is {state}" for state in OfferState if state is not OfferState.OPEN}
    assert len(written) > 5
    assert (written | offers) - set(MESSAGE_REASONS) == set()
