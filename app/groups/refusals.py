"""Every no of a group booking, with its name. PURE."""

from typing import ClassVar

from app.errors import DomainError


class GroupGone(DomainError):
    """No such group, or its draft was deleted."""

    code: ClassVar[str] = "group_gone"
    status = 404


class NobodyToBook(DomainError):
    """Everybody of the group has a visit by now, or nobody is ready."""

    code: ClassVar[str] = "nobody_to_book"


class GroupChanged(DomainError):
    """The group is booked, or another page of the same browser changed its people."""

    code: ClassVar[str] = "group_changed"
