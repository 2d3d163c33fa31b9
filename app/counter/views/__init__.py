"""The pages of the counter."""

from flask import Flask

from app.casework.views import cases as case_views
from app.casework.views import files as file_views
from app.counter.views import collecting as collecting_views
from app.counter.views import day, visit
from app.counter.views import waitlist as waitlist_views
from app.counter.views.blueprint import bp
from app.messages.views import broadcasts as broadcast_views
from app.messages.views import ledger as ledger_views
from app.messages.views import reminders as reminder_views
from app.messages.views import replies as reply_views
from app.messages.views import texts as text_views
from app.planning.views import calendar as calendar_views
from app.planning.views import changes as change_views
from app.planning.views import hours as hours_views
from app.planning.views import limits as limits_views
from app.publishing.views import corrections as correction_views
from app.staff.frame import bp as frame_bp
from app.system import views as system_views

__all__ = ["day", "init_app", "visit"]


def init_app(app: Flask) -> None:
    parts = (
        collecting_views,
        hours_views,
        change_views,
        calendar_views,
        limits_views,
        ledger_views,
        broadcast_views,
        reminder_views,
        text_views,
        correction_views,
        reply_views,
        system_views,
        case_views,
        file_views,
        waitlist_views,
    )
    for blueprint in (frame_bp, bp, *(part.bp for part in parts)):
        app.register_blueprint(blueprint)
