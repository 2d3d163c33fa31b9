"""A text that a person sent us."""

from app.appointments.models import Appointment
from app.replies.models import IncomingText
from tests.factories import TUESDAY, save


def build_incoming_text(visit: Appointment, said: str) -> IncomingText:
    text = IncomingText(provider_id="one", received_at=TUESDAY, answer="staff", language="en")
    text.phone, text.text, text.appointment_id = "+8613800138000", said, visit.id
    save(text)
    return text
