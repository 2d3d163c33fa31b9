"""What a link page shows of a person is enough to recognise and too little to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.masking import initials, masked_email, masked_phone
from app.qr import qr_picture


@pytest.mark.parametrize(
    ("address", "shown"),
    [("anna@mail.ru", "a•••@mail.ru"), ("a@mail.ru", "a•••@mail.ru"), ("@mail.ru", ""), ("", "")],
)
def test_an_address_keeps_its_first_sign_and_its_host(address, shown):
    assert masked_email(address) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("+7 912 345 67 89", "••• 6789"), ("13800138000", "••• 8000"), ("12345", "•••")]
)
def test_a_number_keeps_its_last_four_digits(number, shown):
    assert masked_phone(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna PETROVA", "A. P."),
        ("Suharto", "S."),
        ("maría del carmen lópez", "M. D. C."),
        ("李小龙", "李."),
        ("", ""),
    ],
)
def test_a_name_becomes_initials(name, shown):
    assert initials(name) == shown


@given(st.emails())
def test_no_more_than_one_sign_of_the_name_is_left(address):
    name, _, host = address.rpartition("@")
    assert masked_email(address) == f"{name[0]}•••@{host}"


def test_the_picture_of_the_code_has_no_style_and_no_markup_from_outside():
    drawing = str(qr_picture("HK7R4M2P", '"><script>'))
    assert drawing.startswith('<svg role="img" aria-label="&#34;&gt;&lt;script&gt;"')
    assert "style=" not in drawing
    assert len(drawing) < 2048
