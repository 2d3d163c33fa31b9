"""The texts of messages: read, change, look at them as a phone shows them, restore, send oneself one."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.appointments.contacts import read_email, read_phone
from app.db import transact
from app.errors import DomainError
from app.i18n import current_language, in_language
from app.localtext import LANGUAGES
from app.messages import wording as message_wording
from app.notifications.channels.sms_length import SmsLength, sms_length
from app.notifications.texts import trials
from app.notifications.texts import versions as texts
from app.notifications.texts.kinds import (
    CHANNELS,
    EMAIL,
    MessageKind,
    Text,
    examples_of,
    find_kind,
    list_kinds,
)
from app.notifications.texts.trials import Trial
from app.notifications.texts.versions import TextEdit, TextProblem, TextUnfit
from app.notifications.texts.writing import preview
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.typed import read_number
from app.wording import sentence

bp = Blueprint("staff_texts", __name__, template_folder="../templates", url_prefix="/staff/texts")
bp.context_processor(frame)

LONGEST = 5000  # what is typed beyond this is cut; the rule itself allows less and says so


@dataclass
class TextForm:
    """The words in each language as typed or as saved, and what is wrong with them."""

    kind: MessageKind
    channel: str
    typed: dict[str, Text]
    version: int
    found: list[TextProblem] = field(default_factory=list)
    refusal: str = ""

    @classmethod
    def saved(cls, kind: MessageKind, channel: str) -> "TextForm":
        current = texts.read(kind, channel)
        return cls(kind, channel, dict(current.texts), current.version)

    @classmethod
    def sent(cls, kind: MessageKind, channel: str) -> "TextForm":
        typed = {language: _typed(language, channel) for language in LANGUAGES}
        form = cls(kind, channel, typed, request.form.get("version", 0, type=read_number))
        form.found = texts.check(kind, channel, typed)
        return form

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Return the field and the sentence of each problem."""
        return [
            (f"{found.field}_{found.language}", message_wording.text_trouble(found)) for found in self.found
        ]


def _typed(language: str, channel: str) -> Text:
    values = {
        name: request.form.get(f"{name}_{language}", "").replace("\0", "").replace("\r\n", "\n")[:LONGEST]
        for name in texts.fields_of(channel)
    }
    return Text(**values)


@bp.get("")
@requires(Role.ADMINISTRATOR)
def overview() -> ResponseReturnValue:
    return render_template(
        "messages/texts.html", kinds=list_kinds(), channels=CHANNELS, changed=texts.list_changed()
    )


@bp.get("/<kind>/<channel>")
@requires(Role.ADMINISTRATOR)
def show(kind: str, channel: str) -> ResponseReturnValue:
    return _page(TextForm.saved(*_known(kind, channel)))


@bp.post("/<kind>/<channel>")
@requires(Role.ADMINISTRATOR)
def edit(kind: str, channel: str) -> ResponseReturnValue:
    """Show what was typed as a phone would, or save it: as `step` says."""
    form = TextForm.sent(*_known(kind, channel))
    if request.form.get("step") != "save" or form.found:
        return _page(form), 422 if form.found else 200
    return _save(form, _("The text is saved. Messages sent from now on have it."))


@bp.post("/<kind>/<channel>/restore")
@requires(Role.ADMINISTRATOR)
def restore(kind: str, channel: str) -> ResponseReturnValue:
    """Save an earlier version again as a new one; version 0 is what came with the program."""
    form = TextForm.saved(*_known(kind, channel))
    version = request.form.get("restored", 0, type=read_number)
    if not version:
        return _save(form, _("The shipped text is back."), shipped=True)
    earlier = texts.read_version(form.kind, channel, version)
    if earlier is None:
        abort(404)
    form.typed = dict(earlier)
    return _save(form, _("Version %(number)s is back.", number=version))


def _save(form: TextForm, done: str, *, shipped: bool = False) -> ResponseReturnValue:
    words = None if shipped else form.typed
    edit = TextEdit(form.kind, form.channel, words, form.version, get_member().username)
    try:
        transact(texts.save, edit, now=clock.now())
    except TextUnfit as refusal:
        form.found = list(refusal.problems)
        return _page(form), refusal.status
    except DomainError as refusal:
        form.refusal = sentence(refusal)
        form.version = texts.read(form.kind, form.channel).version
        return _page(form), refusal.status
    flash(done)
    return redirect(url_for(".show", kind=form.kind.name, channel=form.channel), 303)


@bp.post("/<kind>/<channel>/test")
@requires(Role.ADMINISTRATOR)
def send_test(kind: str, channel: str) -> ResponseReturnValue:
    """Send the saved text with its examples to the address that the administrator gives."""
    form = TextForm.saved(*_known(kind, channel))
    typed, language = request.form.get("to", "").strip(), request.form.get("language", "en")
    if language not in LANGUAGES:
        abort(404)
    try:
        to = read_email(typed) if channel == EMAIL else read_phone(typed)
    except DomainError as refusal:
        form.refusal = sentence(refusal)
        return _page(form, to=typed, test_language=language), 422
    if not to:
        form.refusal = _("Enter where the test goes.")
        return _page(form, test_language=language), 422
    trial = Trial(kind, channel, language, to, get_member().username)
    transact(trials.send, trial, now=clock.now())
    flash(_("The test is on its way."))
    return redirect(url_for(".show", kind=kind, channel=channel), 303)


def _known(kind: str, channel: str) -> tuple[MessageKind, str]:
    found = find_kind(kind)
    if found is None or channel not in found.texts:
        abort(404)
    return found, channel


def _page(form: TextForm, **more: Any) -> str:
    return render_template(
        "messages/text.html",
        form=form,
        previews=_previews(form),
        fields=texts.fields_of(form.channel),
        needed=form.kind.required[form.channel],
        versions=texts.list_versions(form.kind.name, form.channel),
        errors=form.errors,
        language_word=message_wording.language_word,
        **{"to": "", "test_language": current_language(), **more},
    )


def _previews(form: TextForm) -> dict[str, tuple[Text, SmsLength]]:
    """Return each language's words as a person would get them; none for words that cannot be filled."""
    wrong = {found.language for found in form.found}
    shown = {}
    for language in LANGUAGES:
        if language not in wrong:
            with in_language(language):
                letter = preview(form.channel, form.typed[language], examples_of(form.kind))
            shown[language] = (letter, sms_length(letter.body))
    return shown
