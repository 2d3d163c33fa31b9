"""Who writes the messages of each topic. What the topics say is their own; this only knows them all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime

from app.appointments.letters import letters, offer_letters
from app.appointments.waitlist import letters as waiting_letters
from app.appointments.waitlist import offers
from app.appointments.waitlist import operations as waitlist
from app.broadcasts import letters as broadcast_letters
from app.broadcasts import operations as broadcasts
from app.collection import letters as case_letters
from app.collection import proxy_letters
from app.groups import letters as group_letters
from app.groups import operations as groups
from app.lost_links import letters as link_letters
from app.lost_links.models import Opens
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.delivery.relay import Compose
from app.notifications.letter import Later, Letter, Skip
from app.notifications.texts import trials
from app.notifications.texts import versions as texts
from app.replies import letters as reply_letters

WRITERS: dict[str, Compose] = {
    letters.TOPIC: letters.compose,
    case_letters.TOPIC: case_letters.compose,
    proxy_letters.TOPIC: proxy_letters.compose,
    reply_letters.TOPIC: reply_letters.compose,
    offers.TOPIC: offer_letters.compose,
    waitlist.TOPIC: waiting_letters.compose,
    groups.BOOKED: group_letters.compose_booked,
    groups.INVITED: group_letters.compose_invited,
    broadcasts.TOPIC: broadcast_letters.compose,
    trials.TOPIC: trials.compose,
    **dict.fromkeys(Opens, link_letters.compose),
}


# Who can read what many messages of a topic speak of at once.
LOADERS: dict[str, Callable[[Sequence[ClaimedMessage]], AbstractContextManager[object]]] = {
    letters.TOPIC: letters.reading,
    broadcasts.TOPIC: letters.reading,
}


@contextmanager
def reading(messages: Sequence[ClaimedMessage]) -> Iterator[None]:
    """Read together what the letters of these messages need, and keep it while they are written."""
    with ExitStack() as stack:
        stack.enter_context(texts.remembering())
        for topic, read in LOADERS.items():
            wanted = [message for message in messages if message.topic == topic]
            if wanted:
                stack.enter_context(read(wanted))
        yield


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Have the message written by the package that asked for it."""
    write = WRITERS.get(message.topic)
    return write(message, now) if write else Skip(f"nobody writes about {message.topic}")
