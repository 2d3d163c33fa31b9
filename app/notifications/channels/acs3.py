"""Alibaba Cloud's request signature V3 (ACS3-HMAC-SHA256) for RPC calls over POST. PURE."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of an interface: the service's host, its version and what is asked."""

    host: str
    version: str
    action: str
    parameters: Mapping[str, str]

    @property
    def query(self) -> str:
        """Return the parameters as they are signed and as they are sent."""
        pairs = sorted((_encoded(name), _encoded(value)) for name, value in self.parameters.items())
        return "&".join(f"{name}={value}" for name, value in pairs)


def headers_of(call: ApiCall, *, key_id: str, secret: str, nonce: str, now: datetime) -> dict[str, str]:
    """Return all headers of the call, with its Authorization. `nonce` must never be used twice."""
    headers = {
        "host": call.host,
        "x-acs-action": call.action,
        "x-acs-content-sha256": EMPTY,  # all parameters are in the query
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": call.version,
    }
    names = ";".join(headers)  # in the order of the alphabet already
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n{call.query}\n{lines}\n{names}\n{EMPTY}"
    signed = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": authorization}


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
