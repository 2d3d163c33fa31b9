"""Operations that start in the same moment, each in a thread with a connection of its own."""

import threading

from app.db import db, transact
from app.errors import DomainError


def step(*args, **kwargs):
    """Return one operation with its arguments, for `run_together`."""
    return args, kwargs


def run_together(app, *steps):
    """Run operations in threads that start together. Returns "done" or the refusal's code of each."""
    db.session.rollback()
    gate = threading.Barrier(len(steps))
    outcomes = [""] * len(steps)

    def one(number, operation, *args, **kwargs):
        with app.app_context():
            gate.wait()
            try:
                transact(operation, *args, **kwargs)
                outcomes[number] = "done"
            except DomainError as refusal:
                outcomes[number] = refusal.code
            except Exception as error:
                outcomes[number] = repr(error)

    threads = [threading.Thread(target=one, args=(i, *s[0]), kwargs=s[1]) for i, s in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return outcomes
