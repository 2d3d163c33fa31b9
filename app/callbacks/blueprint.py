"""The blueprint that both kinds of news share."""

from flask import Blueprint

from app.extensions import csrf

bp = Blueprint("hooks", __name__, url_prefix="/api/hooks")
csrf.exempt(bp)  # Programs have no cookie that another page could use; the signature is asked for instead.
