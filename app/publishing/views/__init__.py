"""The staff pages on which points are changed."""

from flask import Flask

from app.publishing.views import corrections, editing, lasting, places, preview, sheets
from app.publishing.views.blueprint import bp


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(corrections.bp)
    app.register_blueprint(places.bp)


__all__ = ["corrections", "editing", "init_app", "lasting", "places", "preview", "sheets"]
