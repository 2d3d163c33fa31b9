"""The pages of cases, and of the files of the bureaus."""

from flask import Flask

from app.casework.views import cases, files


def init_app(app: Flask) -> None:
    for part in (cases, files):
        app.register_blueprint(part.bp)
