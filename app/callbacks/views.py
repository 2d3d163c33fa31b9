"""Registers both kinds of news from providers."""

from flask import Flask

from app.callbacks import delivery, texts
from app.callbacks.blueprint import bp

__all__ = ["delivery", "texts"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
