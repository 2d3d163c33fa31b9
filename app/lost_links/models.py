"""What a link opens. No table of its own: links belong to cases, visits, groups and waiting entries."""

from dataclasses import dataclass
from enum import StrEnum


class Opens(StrEnum):
    """What a lost link opened, which is also the topic of the message that brings it again."""

    CASE = "lost-case-link"
    VISIT = "lost-visit-link"
    GROUP = "lost-group-link"
    WAITING = "lost-waiting-link"


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """Whose link it is: a row of one of the four kinds."""

    opens: Opens
    id: int
