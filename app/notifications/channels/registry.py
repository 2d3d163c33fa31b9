"""Which channels this installation has."""

from app.notifications.channels.aliyun import AliyunSms
from app.notifications.channels.files import EmailFiles, SmsFiles
from app.notifications.channels.smtp import SmtpChannel
from app.notifications.channels.webhook import WebhookSms
from app.notifications.letter import Channel
from app.settings import Settings

ALIYUN = "https://dysmsapi.aliyuncs.com"


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Return the channels by name; messages for one that is not there wait until it is."""
    channels: dict[str, Channel] = {} if settings.mail_waits else {"email": _email(settings)}
    sms = _sms(settings)
    if sms:
        channels["sms"] = sms
    return channels


def _sms(settings: Settings) -> Channel | None:
    if settings.sms_provider == "aliyun":
        aliyun = AliyunSms(
            settings.sms_url.rstrip("/") or ALIYUN,
            key_id=settings.sms_key_id,
            secret=settings.sms_secret,
            sign_name=settings.sms_sign_name,
            templates=settings.sms_templates,
            timeout=settings.sms_timeout_seconds,
        )
        aliyun.countries = settings.sms_countries
        return aliyun
    if settings.sms_provider == "webhook":
        return WebhookSms(
            settings.sms_url,
            secret=settings.sms_secret,
            timeout=settings.sms_timeout_seconds,
            countries=settings.sms_countries,
        )
    return None if settings.production else SmsFiles(settings.mail_folder)


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
