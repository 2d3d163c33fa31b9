"""A text longer than its column is refused with a sentence, on both databases and before the database."""

import pytest
from sqlalchemy import String

from app.db import Base
from app.errors import TextTooLong
from tests.conftest import import_models

import_models()
COLUMNS = sorted(
    (mapper.class_.__name__, attribute.key, attribute.columns[0].type.length, mapper.class_)
    for mapper in Base.registry.mappers
    for attribute in mapper.column_attrs
    if isinstance(attribute.columns[0].type, String) and attribute.columns[0].type.length
)


def test_every_column_of_text_is_kept_to_its_length():
    assert len(COLUMNS) > 80
    for _name, key, most, model in COLUMNS:
        row = model()
        setattr(row, key, "x" * most)
        with pytest.raises(TextTooLong):
            setattr(row, key, "x" * (most + 1))
        with pytest.raises(TextTooLong):
            model(**{key: "海" * (most + 1)})


def test_commands_say_so_without_a_traceback(runner, network, tmp_path):
    notice = tmp_path / "notice.csv"
    header = "day,kind,name_en,name_zh,name_ru,works_as,note\n"
    notice.write_text(f"{header}2027-01-01,day_off,New Year,元旦,Новый год,,\n", encoding="utf-8")
    commands = (
        ["calendar", "import", str(notice), "--year", "2027", "--source", "x" * 1_001, "--complete", "--yes"],
        ["staff", "create", "mei", "--name", "x" * 121, "--station", "jiangdong", "--password-stdin"],
    )
    for command in commands:
        done = runner.invoke(args=command, input="correct horse battery staple\n")
        assert done.exit_code == 1
        assert "A text is too long" in done.output
        assert "Traceback" not in done.output
