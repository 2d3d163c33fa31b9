"""Reading a file in and taking it in, transaction by transaction, with room for others between them."""

import time
from collections.abc import Callable

from app import clock
from app.db import transact
from app.intake import runs
from app.intake.models import ImportRun
from app.intake.runs import Sender
from app.intake.sheet import Sheet

BREATH_SECONDS = 0.01  # between two writes: who waits to book has a chance at every one


def read_in(
    sheet: Sheet, content: bytes, file_name: str, *, sender: Sender, progress: Callable[[int], object]
) -> ImportRun:
    """Put down every line of a file with what is expected of it. Nothing else changes."""
    now = clock.now()
    known = runs.read_known(encoding=sheet.encoding, bureau=sender.bureau, now=now)
    run = transact(runs.begin, sheet, content, safe_name(file_name), sender=sender, known=known, now=now)
    for batch in runs.FileReading(sheet, known).batches():
        progress(transact(runs.put_down, run.id, batch))
        time.sleep(BREATH_SECONDS)
    return transact(runs.finish_reading, run.id)


def apply_all(run_id: int, *, progress: Callable[[int], object]) -> None:
    """Take in all that waits of a decided run."""
    while done := transact(runs.apply_some, run_id, now=clock.now()):
        progress(done)
        time.sleep(BREATH_SECONDS)


def apply_decided(*, stopping: Callable[[], bool], most: int) -> int:
    """Go on with a decided run for some batches, as the worker does. Returns how many lines."""
    total = 0
    for _ in range(most):
        run_id = runs.find_decided()
        if run_id is None or stopping():
            break
        total += transact(runs.apply_some, run_id, now=clock.now())
        time.sleep(BREATH_SECONDS)
    return total


def safe_name(name: str) -> str:
    """Return the last part of a file's name, of printable signs: it is shown, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()).strip(". ")[:120] or "file.csv"
