"""The pages on which an applicant books, moves and cancels a visit."""

from flask import Flask

from app.appointments import masking, wording
from app.appointments.views import checking, entry, offer, times, visit
from app.appointments.views import waitlist as waiting
from app.appointments.views.blueprint import bp
from app.codes import spaced

__all__ = ["bp", "checking", "entry", "init_app", "offer", "times", "visit", "waiting"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.filters.update(
        initials=masking.initials,
        masked_email=masking.masked_email,
        masked_phone=masking.masked_phone,
        party=wording.party_of,
        spaced=spaced,
    )
