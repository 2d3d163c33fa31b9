"""The pages of the counter."""

from flask import Flask

from app.counter.views import collecting, day, find, origin, visit, waitlist, walk_ins
from app.counter.views.blueprint import bp

__all__ = ["collecting", "day", "find", "init_app", "origin", "visit", "waitlist", "walk_ins"]


def init_app(app: Flask) -> None:
    for blueprint in (bp, collecting.bp, waitlist.bp, walk_ins.bp):
        app.register_blueprint(blueprint)
