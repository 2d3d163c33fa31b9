"""What `flask setup` tries before it believes an address: does the database answer, does the mail server."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.connecting.engine import engine_options
from app.notifications.channels.smtp import SmtpChannel
from app.notifications.letter import DeliveryError
from app.settings import Settings

MOST_SKEW = timedelta(seconds=2)
OLDEST_POSTGRESQL = 130000  # server_version_num; the oldest that its makers still mended in 2025


def try_database(settings: Settings) -> str | None:
    """Return what is wrong with the database of these settings, or nothing."""
    url = settings.sqlalchemy_url
    engine = create_engine(url, **engine_options(url))
    try:
        with engine.connect() as connection:
            if connection.dialect.name != "postgresql":
                return None
            said: datetime = connection.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    except (SQLAlchemyError, OSError) as error:
        return f"DATABASE_URL: the database does not answer: {str(error).strip().partition(chr(10))[0]}"
    finally:
        engine.dispose()
    skew = abs(said.astimezone(UTC) - clock.of_machine())
    if skew > MOST_SKEW:
        return f"The clocks of this machine and of the database differ by {skew.total_seconds():.0f} seconds."
    if version < OLDEST_POSTGRESQL:
        return f"DATABASE_URL: PostgreSQL {version // 10000} is too old; 13 or newer is needed."
    return None


def try_mail(settings: Settings) -> str | None:
    """Return what is wrong with the mail server of these settings, or nothing; no message is sent."""
    if not settings.smtp_url:
        return None
    try:
        SmtpChannel(
            settings.smtp_url,
            sender=settings.mail_from,
            timeout=settings.smtp_timeout_seconds,
            tls_required=settings.smtp_tls == "required",
        ).greet()
    except (DeliveryError, ValueError) as error:
        return f"SMTP_URL: the mail server does not take us: {error}"
    return None
