"""Which channels this installation has."""

from app.notifications.files import EmailFiles, SmsFiles
from app.notifications.letter import Channel
from app.notifications.smtp import SmtpChannel
from app.settings import Settings


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Return the channels by name; a message for another one fails and says which was missing."""
    channels: dict[str, Channel] = {"email": _email(settings)}
    if not settings.production:
        channels["sms"] = SmsFiles(settings.mail_folder)
    return channels


def _email(settings: Settings) -> Channel:
    if settings.smtp_url:
        return SmtpChannel(
            settings.smtp_url,
            sender=settings.mail_from,
            timeout=settings.smtp_timeout_seconds,
            bounces_to=settings.mail_bounces_to,
            tls_required=settings.smtp_tls == "required",
        )
    return EmailFiles(settings.mail_folder, sender=settings.mail_from)
