"""The pages of collecting the permits that are not about booking."""

from flask import Blueprint, Flask

bp = Blueprint("collection", __name__, template_folder="../templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
