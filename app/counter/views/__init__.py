"""The pages of the counter."""

from flask import Flask

from app.counter.views import collecting, day, visit, waitlist
from app.counter.views.blueprint import bp

__all__ = ["collecting", "day", "init_app", "visit", "waitlist"]


def init_app(app: Flask) -> None:
    for blueprint in (bp, collecting.bp, waitlist.bp):
        app.register_blueprint(blueprint)
