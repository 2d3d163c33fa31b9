"""Stand-ins leave a text as it would be, whatever the values and the text say."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from app.notifications.texts.blanks import fill_html, fill_line, fill_plain
from app.notifications.texts.stand_ins import put_in, stand_in

TEXTS = st.lists(
    st.sampled_from(
        ["{link}", "{reference}", "{day}", "a", "<b>", "&", " ", "\n", "\n\n", ":", "://", "https"]
    ),
    max_size=12,
).map("".join)
LINKS = st.sampled_from(["", "https://x.example/v/abc", "http://x.example/?a=1&b=<2>"])
WORDS = st.text(st.characters(exclude_categories=("Cs", "Co", "Cc")), max_size=12)


@given(TEXTS, LINKS, WORDS, WORDS)
def test_filling_with_stand_ins_and_putting_in_is_filling(text, link, reference, day) -> None:
    values = {"link": link, "reference": reference, "day": day}
    personal: list[str] = []
    drawn = stand_in(values, personal)
    escaped = [str(escape(value)) for value in personal]
    assert put_in(fill_line(text, drawn), personal).split() == fill_line(text, values).split()
    assert put_in(fill_plain(text, drawn), personal).split() == fill_plain(text, values).split()
    assert put_in(fill_html(text, drawn), escaped).split() == str(fill_html(text, values)).split()


def test_signs_of_ours_in_a_text_of_others_are_harmless() -> None:
    assert put_in("\ue000 7\ue001 \ue0007\ue001", ["x"]) == "\ue000 7\ue001 \ue0007\ue001"


@given(st.lists(st.tuples(LINKS, WORDS), max_size=4))
def test_each_part_keeps_its_own_values(parts) -> None:
    personal: list[str] = []
    drawn = [stand_in({"link": link, "reference": word}, personal) for link, word in parts]
    for (link, word), values in zip(parts, drawn, strict=True):
        assert put_in(str(values["link"]), personal) == link
        assert put_in(str(values["reference"]), personal).split() == word.split()
