"""Pages that belong to no topic: the language door, accessibility, privacy, contact, display settings. (being written)"""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
