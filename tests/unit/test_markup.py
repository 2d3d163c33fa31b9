"""What is refused as HTML: what a parser mends without a word is seen, and what is right is not."""

import pytest

from tests.markup import faults_of

WHOLE = "<!doctype html><html lang='en'><head><title>t</title></head><body>{}</body></html>"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p><form></form></p>", "parser: unexpected-end-tag"),
        ("<form><form></form></form>", "parser: unexpected-start-tag"),
        ("<table><div></div></table>", "parser: unexpected-start-tag-implies-table-voodoo"),
        ("<div><span></div>", "parser: end-tag-too-early"),
        ("<span><form></form></span>", "<form> in <span>, which holds words only"),
        ("<button><div></div></button>", "<div> in <button>, which holds words only"),
        ("<a href='/'><button>x</button></a>", "<button> within <a>"),
        ("<button><input></button>", "<input> within <button>"),
        ("<label>a <input id='a'> <input id='b'></label>", "<label> holds a control that is not its own"),
        ("<label for='a'>a</label><p id='a'></p>", "<label> is for a <p>"),
        ("<label for='a'>a</label>", "<label> for names a, which is not there"),
        ("<input aria-describedby='a-hint'>", "<input> aria-describedby names a-hint, which is not there"),
        ("<i id='a'></i><i id='a'></i>", "id a stands more than once"),
        ("<i id='a b'></i>", "id 'a b' is empty or has a space"),
        ("<ul><p>x</p></ul>", "<ul> holds <p>"),
        ("<ul>x<li>y</li></ul>", "<ul> holds words of its own"),
        ("<div><li>x</li></div>", "<li> in <div>"),
        ("<dl><dd>x</dd></dl>", "<dl> begins with <dd>"),
        ("<details>x</details>", "<details> has no <summary>"),
        ("<fieldset><p></p><legend>x</legend></fieldset>", "<fieldset> has <legend> not as its first"),
        ("<main></main><main></main>", "more than one <main>"),
        ("<header><main></main></header>", "<main> within <header>"),
        ("<img src='/a'>", "<img> has no alt"),
        ("<p href='/'>x</p>", "<p> has href"),
        ("<input type='date' maxlength='9'>", "<input> of type date has maxlength"),
        ("<input type='text' min='1'>", "<input> of type text has min"),
        ("<input type='txt'>", "<input> of the unknown type txt"),
        ("<button type='go'>x</button>", "<button> has type='go'"),
        ("<p lang='english please'>x</p>", "<p> has lang='english please'"),
        ("<a href='/a b'>x</a>", "<a> has a space in href"),
        ("<input autocomplete='street-address'>", "<input> of type text has autocomplete='street-address'"),
        ("<input autocomplete='phone'>", "<input> has autocomplete='phone'"),
        ("<input autocomplete='home name'>", "<input> has autocomplete='home name'"),
        ("<input type='email' autocomplete='tel'>", "<input> of type email has autocomplete='tel'"),
        ("<input type='hidden' autocomplete='off'>", "<input> is hidden and has autocomplete=off"),
    ],
)
def test_what_is_wrong_is_seen(body, fault):
    assert fault in faults_of(WHOLE.format(body))


def test_a_page_without_its_beginning_is_wrong():
    assert faults_of("<p>x</p>") == ["parser: expected-doctype-but-got-start-tag"]


@pytest.mark.parametrize(
    "body",
    [
        "<form><p><label for='a'>a</label><input id='a' autocomplete='off'></p><button>Go</button></form>",
        "<label>a <input type='hidden'><input id='b' type='tel' autocomplete='work tel'></label>",
        "<textarea autocomplete='street-address'>1 < 2</textarea>",
        "<details><summary><h2>x</h2></summary><p>y</p></details>",
        "<dl><div><dt>a</dt><dd><p>b</p></dd></div></dl><p lang='zh-Hans'>c</p>",
        "<a href='/'><div><p>a whole block</p></div></a>",
        "<svg viewBox='0 0 1 1'><path d='M0 0'/><a href='x'></a></svg>",
        "<script type='application/json'>{\"a\": [1, 2]}</script>",
        "<table><caption>a</caption><thead><tr><th scope='col'>b</th></tr></thead></table>",
    ],
)
def test_what_is_right_is_not_complained_of(body):
    assert faults_of(WHOLE.format(body)) == []
