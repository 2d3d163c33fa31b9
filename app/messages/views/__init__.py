"""The pages of messages, broadcasts, texts, reminders and replies."""

from flask import Flask

from app.messages.views import broadcasts, ledger, reminders, replies, texts


def init_app(app: Flask) -> None:
    for part in (ledger, broadcasts, reminders, texts, replies):
        app.register_blueprint(part.bp)
