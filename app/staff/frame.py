"""What every staff page's frame shows: who is signed in and what they may open."""

from flask import Blueprint, Flask

from app.accounts.models import Role
from app.accounts.sign_in import find_current
from app.staff import wording
from app.staff.permissions import is_at_least, may_see_cases, may_take_in

bp = Blueprint("staff_frame", __name__, template_folder="templates")  # for the templates alone


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


def frame() -> dict[str, object]:
    """Return what the template `staff/frame.html` needs."""
    member = find_current()
    return {
        "member": member,
        "is_manager": member is not None and is_at_least(member.role, Role.MANAGER),
        "is_administrator": member is not None and is_at_least(member.role, Role.ADMINISTRATOR),
        "role_words": wording.ROLES,
        "sees_cases": member is not None and may_see_cases(),
        "takes_in": member is not None and may_take_in(),
    }
