"""The pages about the people who work here."""

from flask import Flask

from app.team.views import own

__all__ = ["init_app", "own"]


def init_app(app: Flask) -> None:
    app.register_blueprint(own.bp)
