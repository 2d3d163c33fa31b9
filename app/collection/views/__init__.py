"""The pages of collecting the permits that are not about booking."""

from flask import Flask

from app.collection import proxies
from app.collection.views import contact, proxy, status
from app.collection.views.blueprint import bp

__all__ = ["bp", "contact", "init_app", "proxy", "status"]


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.globals["proxy_of"] = lambda case: proxies.find_live(case.id)
