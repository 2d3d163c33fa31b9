"""The pages on which opening plans are changed."""

from flask import Flask

from app.planning.views import calendar, changes, hours, limits


def init_app(app: Flask) -> None:
    for part in (hours, changes, calendar, limits):
        app.register_blueprint(part.bp)
