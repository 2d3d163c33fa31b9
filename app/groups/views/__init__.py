"""The pages on which an employer books for several people."""

from flask import Flask

from app.groups.views import booked, booking, people
from app.groups.views.blueprint import bp

__all__ = ["booked", "booking", "bp", "init_app", "people"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
