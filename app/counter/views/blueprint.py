"""The blueprint of the day and of its visits."""

from flask import Blueprint

from app.staff.frame import frame

bp = Blueprint("staff", __name__, template_folder="../templates", url_prefix="/staff")
bp.context_processor(frame)
