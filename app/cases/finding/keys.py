"""What a case is found by, as blind indexes: nobody who reads the table reads a name or a number."""

import phonenumbers
from sqlalchemy import delete, insert

from app.cases.finding.name_words import words_to_keep
from app.cases.models import Case, CaseToken
from app.crypto import Keyring, keyring
from app.db import db

CODE_INDEX = "collection-code"
PASSPORT_INDEX = "passport"
NAME_INDEX = "name-word"
PHONE_INDEX = "phone"
EMAIL_INDEX = "email"


def index_case(case: Case) -> None:
    """Set the indexes of a case's code and passport from what it holds now, by the newest key."""
    keys = keyring()
    case.code_index = keys.blind_index(case.code, purpose=CODE_INDEX)
    case.passport_index = keys.blind_index(case.passport, purpose=PASSPORT_INDEX)


def tokens_of(case: Case, keys: Keyring | None = None) -> set[str]:
    """Return the tokens of a case's name, telephone and e-mail address."""
    keys = keys or keyring()
    tokens = {keys.blind_index(word, purpose=NAME_INDEX) for word in words_to_keep(case.full_name)}
    if case.phone:
        tokens.add(keys.blind_index(phone_key(case.phone), purpose=PHONE_INDEX))
    if case.email:
        tokens.add(keys.blind_index(email_key(case.email), purpose=EMAIL_INDEX))
    return tokens


def add_tokens(case: Case) -> None:
    """Write the tokens of a new case, which has its id already."""
    db.session.add_all(CaseToken(token=token, case_id=case.id) for token in sorted(tokens_of(case)))


def write_tokens(case: Case) -> None:
    """Replace the tokens of a case."""
    db.session.execute(delete(CaseToken).where(CaseToken.case_id == case.id))
    db.session.execute(insert(CaseToken), [{"token": t, "case_id": case.id} for t in sorted(tokens_of(case))])


def phone_key(text: str) -> str:
    """Return a telephone number as it is compared: with its country, digits only."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return "".join(sign for sign in text if sign.isdigit())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_key(text: str) -> str:
    # The index itself leaves punctuation out; a and "a.b" at one host would be the same without this.
    return text.strip().lower().encode().hex()
