"""Pages. (being written)"""

from flask import Blueprint, Flask

bp = Blueprint("maps", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
