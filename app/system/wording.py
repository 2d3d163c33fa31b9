"""Words of the page of jobs: what they are called, what came of them, and what is wrong.

An outcome is kept as numbers with a code each, "2 offered, 1 ended", and read here.
"""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.i18n import current_language
from app.notifications.watch.heartbeat import GAVE_WAY
from app.notifications.watch.rules import ChannelTrouble
from app.notifications.watch.troubles import Trouble

JOBS = {
    "deliver_messages": _l("Send messages"),
    "tidy_messages": _l("Tidy messages"),
    "watch_delivery": _l("Look after delivery"),
    "follow_reminder_plans": _l("Follow changed reminder plans"),
    "release_expired_holds": _l("Give back times that were kept"),
    "expire_provisional": _l("Give back visits whose link nobody opened"),
    "offer_free_times": _l("Offer earlier times"),
    "forget_contacts": _l("Forget unused contacts"),
    "remind_to_collect": _l("Remind people to collect"),
    "purge": _l("Delete old records"),
    "purge_data": _l("Delete personal data after its time"),
    "take_in_files": _l("Take in files of the bureaus"),
    "count_days": _l("Count the days of each promise"),
    "check_visits": _l("Check visits and counters"),
    "backup": _l("Back up"),
}

CHANNELS = {"email": _l("e-mail"), "sms": _l("text message")}

_COUNTS: dict[str, Callable[[int], str]] = {
    "handled": lambda n: ngettext("%(num)d message handled", "%(num)d messages handled", n),
    "handled so far": lambda n: ngettext(
        "%(num)d message handled so far", "%(num)d messages handled so far", n
    ),
    "changed": lambda n: ngettext("%(num)d message changed", "%(num)d messages changed", n),
    "troubles": lambda n: ngettext("%(num)d trouble", "%(num)d troubles", n),
    "steps": lambda n: ngettext("%(num)d step", "%(num)d steps", n),
    "lines": lambda n: ngettext("%(num)d line taken in", "%(num)d lines taken in", n),
    "counted": lambda n: ngettext("%(num)d case counted", "%(num)d cases counted", n),
    "released": lambda n: ngettext("%(num)d time given back", "%(num)d times given back", n),
    "offered": lambda n: ngettext("%(num)d time offered", "%(num)d times offered", n),
    "ended": lambda n: ngettext("%(num)d wish ended", "%(num)d wishes ended", n),
    "forgotten": lambda n: ngettext("%(num)d contact forgotten", "%(num)d contacts forgotten", n),
    "reminded": lambda n: ngettext("%(num)d person reminded", "%(num)d people reminded", n),
    "found": lambda n: ngettext("%(num)d contradiction found", "%(num)d contradictions found", n),
    "buckets": lambda n: ngettext("%(num)d counter of tries", "%(num)d counters of tries", n),
    "keys": lambda n: ngettext("%(num)d repeated request", "%(num)d repeated requests", n),
    "sessions": lambda n: ngettext("%(num)d sign-in", "%(num)d sign-ins", n),
    "holds": lambda n: ngettext("%(num)d kept time", "%(num)d kept times", n),
    "cells": lambda n: ngettext("%(num)d counter of desks", "%(num)d counters of desks", n),
    "reports": lambda n: ngettext("%(num)d report", "%(num)d reports", n),
    "collected_cases": lambda n: ngettext("%(num)d collected case", "%(num)d collected cases", n),
    "refused_cases": lambda n: ngettext("%(num)d refused case", "%(num)d refused cases", n),
    "idle_cases": lambda n: ngettext("%(num)d idle case", "%(num)d idle cases", n),
    "visits": lambda n: ngettext("%(num)d visit", "%(num)d visits", n),
    "views": lambda n: ngettext("%(num)d line of who looked", "%(num)d lines of who looked", n),
    "messages": lambda n: ngettext("%(num)d old message", "%(num)d old messages", n),
    "files": lambda n: ngettext("%(num)d line of files", "%(num)d lines of files", n),
    "bytes": lambda n: ngettext("%(num)d byte", "%(num)d bytes", n),
}

_TROUBLES: dict[str, Callable[[int, str], str]] = {
    "late": lambda n, job: ngettext(
        "“%(job)s” is %(num)d minute late: no worker runs, or all are stuck.",
        "“%(job)s” is %(num)d minutes late: no worker runs, or all are stuck.",
        n,
        job=job,
    ),
    "failing": lambda n, job: ngettext(
        "“%(job)s” failed %(num)d time in a row.", "“%(job)s” failed %(num)d times in a row.", n, job=job
    ),
    "no-mail": lambda _n, _job: _("No mail server is set: e-mails wait, and go out once there is one."),
    "read-only": lambda _n, _job: _("The database can only be read: nobody can book."),
    "disk": lambda n, _job: ngettext(
        "Only %(num)d MB is free on the disk.", "Only %(num)d MB are free on the disk.", n
    ),
    "wal": lambda n, _job: ngettext(
        "The log of the database has grown to %(num)d MB.",
        "The log of the database has grown to %(num)d MB.",
        n,
    ),
    "clock": lambda n, _job: ngettext(
        "The clocks of this machine and of the database differ by %(num)d second.",
        "The clocks of this machine and of the database differ by %(num)d seconds.",
        n,
    ),
    "calendar": lambda n, _job: _(
        "The official calendar of %(year)s is missing: nothing in it can be booked.", year=n
    ),
    "backup": lambda n, _job: ngettext(
        "The last backup is %(num)d hour old.", "The last backup is %(num)d hours old.", n
    ),
    "no-backup": lambda _n, _job: _("No backup was made yet."),
    "never-ran": lambda _n, _job: _("The worker has never run."),
    "check-found": lambda n, _job: ngettext(
        "The nightly check found %(num)d contradiction: look at “Network”.",
        "The nightly check found %(num)d contradictions: look at “Network”.",
        n,
    ),
    "backlog": lambda n, _job: ngettext(
        "A message is due for %(num)d minute and was not tried.",
        "A message is due for %(num)d minutes and was not tried.",
        n,
    ),
    ChannelTrouble.REFUSES: lambda n, job: ngettext(
        "Channel “%(job)s”: the provider refuses everybody, %(num)d person by now. It is paused: nobody is "
        "given up, and one message a minute is tried.",
        "Channel “%(job)s”: the provider refuses everybody, %(num)d people by now. It is paused: nobody is "
        "given up, and one message a minute is tried.",
        n,
        job=job,
    ),
    ChannelTrouble.STANDS: lambda n, job: ngettext(
        "Channel “%(job)s”: messages wait, and for %(num)d minute none could be sent.",
        "Channel “%(job)s”: messages wait, and for %(num)d minutes none could be sent.",
        n,
        job=job,
    ),
    ChannelTrouble.FAILS: lambda n, job: ngettext(
        "Channel “%(job)s”: the last %(num)d try failed.",
        "Channel “%(job)s”: the last %(num)d tries failed.",
        n,
        job=job,
    ),
    "share": lambda n, job: ngettext(
        "Channel “%(job)s”: %(num)d of 100 messages of the last hour did not go out.",
        "Channel “%(job)s”: %(num)d of 100 messages of the last hour did not go out.",
        n,
        job=job,
    ),
}


def outcome(stored: str) -> str:
    """Return what came of a run; parts that counted nothing are left out, and what is no count stays."""
    if stored == GAVE_WAY:
        return str(_("the database was busy, so it comes again"))
    read = [_read(part) for part in stored.split(", ") if part]
    done = [words for number, words in read if number != 0]
    if read and not done:
        return str(_("nothing to do"))
    return ("、" if current_language() == "zh" else ", ").join(done)


def _read(part: str) -> tuple[int | None, str]:
    number, _space, code = part.partition(" ")
    if code not in _COUNTS or not number.isdecimal():
        return None, part
    return int(number), _COUNTS[code](int(number))


def trouble(found: Trouble) -> str:
    """Return what is wrong, with the job's name as the page has it."""
    words = _TROUBLES.get(found.kind)
    name = CHANNELS.get(found.job) or JOBS.get(found.job, found.job)
    return words(found.number, str(name)) if words else found.words
