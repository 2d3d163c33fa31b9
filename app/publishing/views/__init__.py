"""The staff pages on which points are changed."""

from flask import Flask

from app.publishing.views import editing, lasting, preview, sheets
from app.publishing.views.blueprint import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


__all__ = ["editing", "init_app", "lasting", "preview", "sheets"]
