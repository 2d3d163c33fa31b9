"""Chinese and Russian texts use none of the words and signs that natives found wrong."""

import re

import pytest

from tests.house.test_translations import catalog, strings

BANNED = {
    "zh": (
        *("案件", "来访", "到访", "等候名单", "帮助电话", "无台阶", "出租车地址"),
        *("不开放日期", "服务综合窗口", "有空闲"),
    ),
    "ru": ("бумаг", "Мы держим", "Конец паспорта", "Простая карта", "Назвать этого", "берёт мой"),
}
WRONG_SIGNS = {
    "zh": re.compile(r"[\u4e00-\u9fff）”]\s*[,:;?!](?!//)|[\u4e00-\u9fff]\.(\s|$)"),
    "ru": re.compile(r"(?<!\.)\.\.(?!\.)"),
}


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_no_word_that_natives_found_wrong(language: str) -> None:
    found = [
        (word, string)
        for message in catalog(language)
        if message.id
        for string in strings(message)
        for word in BANNED[language]
        if word in string
    ]
    assert found == []


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_punctuation_is_that_of_the_language(language: str) -> None:
    texts = (string for message in catalog(language) if message.id for string in strings(message))
    assert [text for text in texts if WRONG_SIGNS[language].search(text)] == []


def test_wrong_signs_are_seen() -> None:
    assert WRONG_SIGNS["zh"].search("10:00开门,周二")
    assert not WRONG_SIGNS["zh"].search("10:00，请看 https://example.org")
    assert WRONG_SIGNS["ru"].search("1 дек..")
