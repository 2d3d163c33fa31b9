"""Made-up files of the bureaus."""

from collections.abc import Iterable

HEADER = (
    "number,version,name,passport,nationality,language,email,phone,received_on,consented_on,employer_code,"
    "employer,employer_registered_on,work_state,work_on,residence_state,residence_on,papers_station,"
    "passport_expires_on"
)


def row(number: int, *, version: int = 1, **cells: str) -> str:
    """Return one line; the work permit is approved, the residence permit in review."""
    values = {
        "number": f"HK-{number:06}", "version": str(version), "name": f"Person Number{number}",
        "passport": f"T{number:07}", "nationality": "RUS", "language": "ru",
        "email": f"p{number}@example.org", "phone": "+7 926 777 45 61", "received_on": "2026-11-12",
        "consented_on": "2026-11-11", "employer_code": f"91460100MA5T{number % 7:06}",
        "employer": f"海口 Unit {number % 7}", "employer_registered_on": "2023-02-20",
        "work_state": "approved", "work_on": "2026-11-18", "residence_state": "in_review",
        "residence_on": "2026-11-19", "papers_station": "central-window",
        "passport_expires_on": "", **cells,
    }  # fmt: skip
    return ",".join(values[name] for name in HEADER.split(","))


def sheet(rows: Iterable[str]) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()
