"""Settings, read once from the environment; a bad value stops the start and names its variable."""

import os
import re
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as UnreadableSetting

_TILES = re.compile(r"https://[a-z0-9.{}-]+(:\d+)?/", re.IGNORECASE)
_APP = Path(__file__).resolve().parent
_CHECKOUT = _APP.parent if (_APP.parent / "pyproject.toml").is_file() else None


def shipped(folder: str) -> Path:
    """Return where a folder of data that comes with the code lies: beside `app/`, in a wheel inside it."""
    return (_CHECKOUT or _APP) / folder


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the text names the variable."""


def _address(*schemes: str) -> Callable[[str], str]:
    """Return what refuses a text that is no address with one of the schemes and a host."""
    said = " or ".join(f"{scheme}://" for scheme in schemes)

    def check(text: str) -> str:
        parts = urlsplit(text) if text else None
        try:
            good = parts is None or (parts.scheme in schemes and parts.hostname and parts.port != 0)
        except ValueError:  # the port is no number, or too large
            good = False
        if not good or any(sign.isspace() for sign in text):
            raise ValueError(f"must start with {said} and name a host")
        return text

    return check


def _mailbox(text: str) -> str:
    name, address = parseaddr(text)
    box, _at, domain = address.rpartition("@")
    if text and (not box or not domain or any(sign.isspace() for sign in address) or "\n" in name):
        raise ValueError("must be one address, like Name <name@example.org>")
    return text


def _database(text: str) -> str:
    if not text or text.startswith("sqlite:///") or text == "sqlite://":
        return text
    try:
        parts = urlsplit(text)
        named = parts.port != 0 and parts.path.strip("/")
    except ValueError:
        named = ""
    if not text.startswith("postgresql+psycopg://") or not named:
        raise ValueError("must be like postgresql+psycopg://user:password@host/name, or sqlite:///file")
    return text


WebAddress = Annotated[str, AfterValidator(_address("http", "https"))]
MailServer = Annotated[str, AfterValidator(_address("smtp", "smtps"))]
MailBox = Annotated[str, AfterValidator(_address("imap", "imaps"))]
MailAddress = Annotated[str, AfterValidator(_mailbox)]
DatabaseAddress = Annotated[str, AfterValidator(_database)]


class WaitingRules(BaseModel):
    """The numbers of the waiting list. `WAITING='{"most_waiting": 80}'` changes some of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_waiting: int = Field(default=50, ge=1, description="people on the list of one service at one place")
    far_from_minutes: int = Field(default=48 * 60, ge=0, description="a time further away is kept longer")
    kept_when_far_minutes: int = Field(default=120, ge=5)
    kept_when_near_minutes: int = Field(default=45, ge=5)
    least_notice_minutes: int = Field(default=4 * 60, ge=0, description="a nearer time is not offered")
    quiet_from_hour: int = Field(default=20, ge=0, le=23, description="on the clock of the station")
    quiet_until_hour: int = Field(default=8, ge=0, le=23)
    rest_minutes: int = Field(default=60, ge=0, description="between two offers to one person")
    most_a_day: int = Field(default=3, ge=1, description="offers to one person within a day")
    most_places: int = Field(default=20, ge=1, description="service points that one person may wait at")
    longest_days: int = Field(default=90, ge=1, description="on the list without a visit or a last day")

    @model_validator(mode="after")
    def _keep_before_start(self) -> Self:
        if self.least_notice_minutes < self.kept_when_near_minutes:
            raise ValueError("a time must not be kept past its own start")
        return self


class OriginRules(BaseModel):
    """How much one network may have without a case. `ORIGINS='{"few": 8}'` changes some of the numbers.

    An IPv4 address counts for itself, an IPv6 one by its /64, and wider by its /56 and /48. After `few`
    visits that nobody proved further ones are provisional; of these and of times that are only kept
    there are `most`, and on one day at one station so many percent of the desks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    few: int = Field(default=5, ge=0)
    few_56: int = Field(default=10, ge=0)
    few_48: int = Field(default=20, ge=0)
    most: int = Field(default=20, ge=1)
    most_56: int = Field(default=40, ge=1)
    most_48: int = Field(default=80, ge=1)
    of_day_percent: int = Field(default=25, ge=1, le=100)
    of_day_percent_56: int = Field(default=35, ge=1, le=100)
    of_day_percent_48: int = Field(default=50, ge=1, le=100)
    prove_within_minutes: int = Field(default=30, ge=5, le=24 * 60)


class LetterRules(BaseModel):
    """How often strangers can make us write. `LETTERS='{"of_visit": 4}'` changes some of the numbers.

    All but the gap are for one day. Letters beyond wait; bookings and changes beyond are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_minutes: int = Field(default=5, ge=0, description="between two letters about one visit")
    of_visit: int = Field(default=8, ge=1, description="letters about one visit, without reminders")
    contact_changes: int = Field(default=3, ge=1, description="of one visit")
    to_one: int = Field(default=6, ge=1, description="visits booked for one address that nobody proved")
    of_network: int = Field(
        default=100, ge=1, description="visits booked from one network that nobody proved"
    )


class Settings(BaseSettings):
    """Everything an operator may set, with the variable's name as the upper-case field name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    app_env: Literal["development", "test", "production"] = "development"
    # An installed service keeps its data where it was started, never among the installed packages.
    instance_path: Path = (_CHECKOUT or Path.cwd()) / "instance"
    database_url: DatabaseAddress = ""
    database_pooled: bool = Field(
        default=False, description="DATABASE_URL leads to PgBouncer in transaction mode"
    )
    statement_seconds: float = Field(
        default=30, ge=1, le=3600, description="the longest that one statement may run on PostgreSQL"
    )
    secret_key: str = Field(default="", description="signs the session cookie; 32 characters or more")
    secret_key_fallbacks: str = Field(
        default="",
        description="earlier keys by blanks: a new one signs nobody out",
    )
    data_key: str = Field(
        default="",
        description="encrypts personal data: `id:hex` of 32 bytes, several separated by commas, newest first",
    )
    public_url: WebAddress = Field(
        default="", description="where people reach us; part of every link we send"
    )
    port: int = Field(default=8000, ge=1, le=65535)
    proxy_hops: int = Field(default=0, ge=0, le=5, description="reverse proxies whose headers count")

    origins: OriginRules = OriginRules()
    letters: LetterRules = LetterRules()
    waiting: WaitingRules = WaitingRules()

    smtp_url: MailServer = Field(
        default="",
        description="smtp://user:pass@host:587 or smtps://…; empty: files, in production they wait",
    )
    mail_as_files: bool = Field(
        default=False, description="production without SMTP_URL: messages become files that somebody sends"
    )
    mail_from: MailAddress = "Haikou Foreigners' Service <no-reply@localhost>"
    mail_bounces_to: MailAddress = Field(
        default="", description="envelope sender; empty is the one of MAIL_FROM"
    )
    bounces_url: MailBox = Field(default="", description="imaps://user:pass@host/INBOX, the box of bounces")
    mail_per_minute: float = Field(default=0, ge=0, description="over all workers; 0 is no limit")
    sms_per_minute: float = Field(default=0, ge=0, description="over all workers; 0 is no limit")
    sms_provider: Literal["", "aliyun", "webhook"] = Field(
        default="", description="empty: files in development; in production text messages wait"
    )
    sms_url: WebAddress = Field(default="", description="of the provider; Alibaba Cloud's own is known")
    sms_key_id: str = ""
    sms_secret: str = ""
    sms_sign_name: str = Field(default="", description="the approved name in 【】")
    sms_templates: dict[str, str] = Field(
        default_factory=dict, description='approved templates: {"today.en": "SMS_1", "today": "SMS_2"}'
    )
    sms_countries: str = Field(
        default="", pattern=r"^([A-Z]{2}( [A-Z]{2})*)?$", description="where text messages go: CN HK RU"
    )
    sms_timeout_seconds: float = Field(default=10, gt=0)
    smtp_tls: Literal["required", "optional"] = Field(
        default="required", description="optional: also to other machines in the clear, if they know no TLS"
    )
    smtp_timeout_seconds: float = Field(default=20, gt=0)
    alert_email: MailAddress = Field(default="", description="whom to write when delivery stands still")
    alert_url: WebAddress = Field(default="", description="what to call when delivery stands still")
    hook_secret: str = Field(default="", description="signs what providers tell us; empty: they cannot")
    text_hook_secret: str = Field(default="", description="of texts that people send; empty: HOOK_SECRET")
    alert_secret: str = Field(default="", description="signs our alerts; empty: HOOK_SECRET")
    message_lease_seconds: int = Field(default=120, gt=0)
    disk_free_mb: int = Field(default=500, ge=0, description="less free space is an alarm")
    backup_hours: int = Field(
        default=48, ge=0, description="an older last backup is an alarm; 0: something else makes them"
    )

    help_phone: str = Field(default="12345", description="the telephone number of the help line")
    security_contact: str = Field(
        default="",
        description="where to report a weakness, mailto: or https:; shown at /.well-known/security.txt",
    )
    map_tiles: str = Field(
        default="",
        description="tile addresses of the large map, lowest first; empty draws the coastline only",
    )
    geocoder: Literal["", "nominatim", "photon", "amap", "baidu", "tianditu"] = Field(
        default="", description="who is asked for places that the gazetteer does not know; empty asks nobody"
    )
    geocoder_url: WebAddress = Field(
        default="", description="where the geocoder is, if not at its maker's own host"
    )
    geocoder_key: str = Field(default="", description="what the geocoder's maker gave us to be let in")
    geocoder_city: str = Field(default="海口市", description="where names without a city are meant")
    geocoder_private_host: str = Field(
        default="", description="the one host in a private network that may be asked"
    )
    geocoder_timeout_seconds: float = Field(default=3, gt=0, le=10)
    geocoder_per_minute: int = Field(
        default=60, ge=1, description="requests to the geocoder by all processes"
    )
    map_tiles_datum: Literal["wgs84", "gcj02"] = "wgs84"
    map_tiles_subdomains: str = Field(default="abc", pattern=r"^[a-z0-9]{1,16}$")
    map_attribution: str = Field(default="", description="whose tiles they are; shown on the map")
    map_review_number: str = Field(default="", description="审图号 of the tiles; shown on the map")
    clock_shift_seconds: float = Field(default=0, description="tests and previews only")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        # A lease that ends while the provider may still answer sends the message twice. A provider of
        # text messages may be asked twice what it has taken before it gets the message again.
        for name, times in (("smtp_timeout_seconds", 3), ("sms_timeout_seconds", 6)):
            if self.message_lease_seconds <= times * getattr(self, name):
                raise ValueError(f"MESSAGE_LEASE_SECONDS must be more than {times} × {name.upper()}")
        self._check_sms()
        if self.geocoder:
            self._check_geocoder()
        self._check_tiles()
        if self.app_env == "production":
            self._check_production()
        return self

    def _check_geocoder(self) -> None:
        parts = urlsplit(self.geocoder_url)
        if self.geocoder in ("nominatim", "photon") and not self.geocoder_url:
            raise ValueError("GEOCODER_URL must say where your own server is, like https://geo.example.org")
        if self.geocoder in ("amap", "baidu", "tianditu") and not self.geocoder_key:
            raise ValueError("GEOCODER_KEY must be set: this geocoder asks for it")
        named = parts.hostname == self.geocoder_private_host.casefold()
        if self.geocoder_url and not (
            parts.hostname and parts.scheme in (("http", "https") if named else ("https",))
        ):
            raise ValueError("GEOCODER_URL must start with https://, or name GEOCODER_PRIVATE_HOST")

    def _check_sms(self) -> None:
        needed = {
            "": (),
            "aliyun": ("sms_key_id", "sms_secret", "sms_sign_name", "sms_templates"),
            "webhook": ("sms_url", "sms_secret"),
        }
        if self.sms_provider and self.production and not self.sms_countries:
            raise ValueError("SMS_COUNTRIES must list the countries to which text messages go, like CN HK RU")
        for name in needed[self.sms_provider]:
            if not getattr(self, name):
                raise ValueError(f"{name.upper()} must be set for SMS_PROVIDER={self.sms_provider}")
        secure = self.sms_url.startswith("https://") or not self.production
        if self.sms_url and not (secure and self.sms_url.startswith(("http://", "https://"))):
            raise ValueError("SMS_URL must start with https://")

    def _check_tiles(self) -> None:
        for address in self.tile_addresses:
            if not (_TILES.match(address) and all(part in address for part in ("{x}", "{y}", "{z}"))):
                raise ValueError("MAP_TILES must be https addresses with {x}, {y} and {z}")
        if self.map_tiles and not self.map_attribution:
            raise ValueError("MAP_ATTRIBUTION must say whose tiles MAP_TILES are")

    @property
    def tile_addresses(self) -> list[str]:
        return self.map_tiles.split()

    def _check_production(self) -> None:
        self._check_secrets()
        if not self.data_key:
            raise ValueError("DATA_KEY must be set, as `id:hex` of 32 bytes")
        if not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL must start with https://")
        if self.clock_shift_seconds:
            raise ValueError("CLOCK_SHIFT_SECONDS is for tests only")

    def _check_secrets(self) -> None:
        if len(self.secret_key) < 32:
            raise ValueError("SECRET_KEY must be set to 32 characters or more")
        if any(len(key) < 32 for key in self.secret_key_fallbacks.split()):
            raise ValueError("SECRET_KEY_FALLBACKS must each have 32 characters or more")
        for name in ("hook_secret", "text_hook_secret", "alert_secret"):
            if 0 < len(getattr(self, name)) < 32:
                raise ValueError(f"{name.upper()} must have 32 characters or more")

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def keeps_files(self) -> bool:
        """Return whether something of ours lies in our own folder: the database, or messages."""
        return self.sqlalchemy_url.startswith("sqlite") or self.mail_as_files

    @property
    def mail_waits(self) -> bool:
        """Return whether messages wait because no mail server is set; files are for trying it out."""
        return self.production and not self.smtp_url and not self.mail_as_files

    @property
    def mail_folder(self) -> Path:
        return self.instance_path / "mail"

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.instance_path / 'stations.db'}"

    @classmethod
    def from_env(cls, **overrides: object) -> Self:
        """Return the settings of this process; development keeps its own keys under `instance/`.

        Raises SettingsError with the variable's name when a value is missing or wrong.
        """
        try:
            settings = cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None
        except UnreadableSetting as error:
            raise SettingsError(_not_json(str(error))) from None
        if not settings.production or settings.keeps_files:
            _make_folder(settings.instance_path)
        if settings.production:
            return settings.model_copy(update={"public_url": settings.public_url.rstrip("/")})
        local_url = f"http://127.0.0.1:{settings.port}"
        return settings.model_copy(
            update={
                "public_url": settings.public_url.rstrip("/") or local_url,
                "secret_key": settings.secret_key or _kept(settings.instance_path / "secret_key"),
                "data_key": settings.data_key or "dev:" + _kept(settings.instance_path / "data_key"),
            }
        )


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name, *inside = (str(part) for part in problem["loc"] or ("",))
        text = ": ".join([*inside, problem["msg"].removeprefix("Value error, ")])
        lines.append(f"{name.upper()}: {text}" if name else text)
    return "Settings: " + "; ".join(lines)


def _not_json(words: str) -> str:
    found = re.search(r'field "(\w+)"', words)
    return f'Settings: {found[1].upper() if found else words}: this is not JSON, like {{"name": 1}}'


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"Settings: INSTANCE_PATH: {folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"Settings: INSTANCE_PATH: {folder} cannot be written to")


def _kept(path: Path) -> str:
    """Return the secret kept in a file, made at the first start and readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()
