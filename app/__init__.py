"""Haikou's foreign-talent service network: where to go, when to come, and word that reaches people."""

from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, i18n, log, pages, problems, typography
from app.accounts import views as accounts_views
from app.api import v1
from app.appointments import views as appointments_views
from app.callbacks import views as callbacks_views
from app.casework import views as casework_views
from app.collection import views as collection_views
from app.connecting.engine import engine_options
from app.counter import views as counter_views
from app.crypto import Keyring
from app.db import db
from app.extensions import csrf, migrate
from app.groups import views as groups_views
from app.keys import proofs as key_proofs
from app.locator import views as locator_views
from app.lost_links import views as lost_links_views
from app.maps import views as maps_views
from app.messages import views as messages_views
from app.planning import views as planning_views
from app.publishing import views as publishing_views
from app.reports import views as reports_views
from app.settings import Settings, shipped
from app.staff import frame
from app.system import health, metrics
from app.system import views as system_views
from app.team import views as team_views
from app.web import compression, figures, headers, hosts, icons, security_log

# Each registers its own pages, commands or filters; the order is that of their hooks.
PARTS = (
    figures,
    compression,  # first to be asked, so the last to touch an answer
    i18n,
    typography,
    security_log,  # early, so that its hook sees the answer of all others
    hosts,
    headers,
    icons,
    problems,
    key_proofs,
    health,
    metrics,
    pages,
    accounts_views,
    locator_views,
    maps_views,
    appointments_views,
    groups_views,
    collection_views,
    lost_links_views,
    frame,
    counter_views,
    planning_views,
    messages_views,
    casework_views,
    system_views,
    team_views,
    publishing_views,
    reports_views,
    v1,
    callbacks_views,
    cli,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from its settings; the environment's when none are given."""
    settings = settings or Settings.from_env()
    log.configure()
    app = Flask(__name__, instance_path=str(settings.instance_path.resolve()))
    app.config.update(_config(settings))
    app.extensions["settings"] = settings
    app.extensions["keyring"] = Keyring.parse(settings.data_key)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _trust_proxies(app, settings.proxy_hops)

    db.init_app(app)
    migrate.init_app(app, db, directory=str(shipped("migrations")), render_as_batch=True)
    csrf.init_app(app)
    for part in PARTS:
        part.init_app(app)
    return app


def _trust_proxies(app: Flask, hops: int) -> None:
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": settings.secret_key_fallbacks.split(),
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(
            settings.sqlalchemy_url,
            statement_seconds=settings.statement_seconds,
            pooled=settings.database_pooled,
        ),
        "CLOCK_SHIFT_SECONDS": settings.clock_shift_seconds,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.production else "session",
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=24),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=1),
        "WTF_CSRF_TIME_LIMIT": 24 * 3600,
        # Our personal pages send no Referer, so it cannot be asked for. What that check guards against,
        # a cookie planted over plain http, the __Host- prefix of the cookie refuses.
        "WTF_CSRF_SSL_STRICT": False,
    }
