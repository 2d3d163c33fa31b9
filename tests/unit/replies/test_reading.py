"""Which texts ask to cancel which visit, and which are for a person to read."""

import pytest

from app.replies.reading import CancelWish, read_wish


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("CANCEL HK7R4M2P", "en"), ("cancel hk7r 4m2p", "en"), (" Cancel: HK7R-4M2P. ", "en"),
        ("cancel #HK7R4M2P!", "en"), ("取消 HK7R4M2P", "zh"), ("取消HK7R4M2P", "zh"),
        ("请取消预约：ＨＫ７Ｒ４Ｍ２Ｐ", "zh"), ("ОТМЕНА HK7R4M2P", "ru"), ("отменить hk7r4m2p", "ru"),
        ("CANCEL\nHK7R 4M2P", "en"),
    ],
)  # fmt: skip
def test_a_word_and_a_booking_number_cancel(text, language) -> None:
    assert read_wish(text) == CancelWish("HK7R4M2P", language)


@pytest.mark.parametrize(
    "text", ["CANCEL", "取消", "cancel please", "cancel HK7R", "cancel HK7R4M2P, K7R4M2PH"]
)
def test_the_word_without_one_number_names_no_visit(text) -> None:
    assert read_wish(text).reference == ""


@pytest.mark.parametrize(
    "text",
    ["", "HK7R4M2P", "please do not cancel HK7R4M2P", "cancelled HK7R4M2P?", "Can I come later?",
     "不取消 HK7R4M2P",
     "отменять HK7R4M2P не надо", "\0", "🙂"],
)  # fmt: skip
def test_any_other_text_is_for_staff(text) -> None:
    assert read_wish(text) == CancelWish()
