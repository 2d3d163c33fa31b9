"""An address or a number is taken when a message of ours can arrive there, and refused in its own words."""

import pytest

from app.appointments.contacts import (
    Contact,
    ContactNeeded,
    EmailUnreachable,
    EmailUnreadable,
    PhoneNotMobile,
    PhoneUnreadable,
    read_email,
    read_phone,
)
from app.notifications.channels.mail import address_of


@pytest.mark.parametrize("text", ["anna@example.org", "anna.p+x@пример.рф", "o'hara@example.com", ""])
def test_what_our_mail_can_reach_is_taken(text):
    taken = read_email(text)
    assert not taken or address_of(taken).addr_spec


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("юля@example.org", EmailUnreachable),
        ("李雷@example.cn", EmailUnreachable),
        ("=?x?=@example.org", EmailUnreachable),
        ("nobody", EmailUnreadable),
        ("a@b.c, d@e.f", EmailUnreadable),
    ],
)
def test_what_it_cannot_reach_is_refused(text, refusal):
    with pytest.raises(refusal):
        read_email(text)


@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138 0013 8000", "+7 912 345-67-89", "+86 898 6866 0000"]
)
def test_a_number_that_somebody_may_have_is_taken(text):
    assert read_phone(text) == text


@pytest.mark.parametrize("text", ["1380013800", "12345", "110", "+86 110", "12", "+99912345678", "x"])
def test_ten_digits_and_short_numbers_are_refused(text):
    with pytest.raises(PhoneUnreadable):
        read_phone(text)


def test_a_land_line_is_not_enough_alone():
    with pytest.raises(PhoneNotMobile):
        Contact("Anna", "", "+86 898 6866 0000").checked_for_visitor()
    with pytest.raises(ContactNeeded):
        Contact("Anna").checked_for_visitor()
    Contact("Anna", "anna@example.org", "+86 898 6866 0000").checked_for_visitor()
