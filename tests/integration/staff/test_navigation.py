"""The two rows of links of the staff pages: short, and leading everywhere."""

import re

import pytest

MOST = 7
LINK = r'<a href="/staff/([\w-]+)"([^>]*)>'
CLERK = {"today", "collecting", "messages"}
PLANS = {"hours", "close", "calendar"}
MANAGER = CLERK | PLANS | {"network", "waiting", "points", "reports-of-facts", "reports"}
PAGES = {
    "mei": CLERK | {"cases"},
    "tom": MANAGER,  # his station hands over no permits, so he sees no cases
    "ada": MANAGER | {"cases", "intake", "limits", "system", "unknown-places"},
}


def rows(page):
    """Return the links of the first row and of the second, each as (page, is current)."""
    bar = page.partition('<div class="work">')[2].partition("<main")[0]
    return [
        [(name, "aria-current" in more) for name, more in re.findall(LINK, row)]
        for row in (*re.findall(r"<nav.*?</nav>", bar, re.DOTALL), "")[:2]
    ]


@pytest.mark.parametrize("who", sorted(PAGES))
def test_every_page_is_reached_by_a_short_row_and_shows_where_it_is(cast, who):
    browser, seen, ahead = cast.browser(who), set(), ["today"]
    while ahead:
        name = ahead.pop()
        first, second = rows(browser.get(f"/staff/{name}", follow_redirects=True).text)
        assert len(first) <= MOST
        assert sum(current for _, current in first) == 1
        assert not second or [here for here, current in second if current] == [name]
        seen.add(name)
        ahead += [linked for linked, _ in (*first, *second) if linked not in seen]

    assert seen == PAGES[who]


def test_the_hours_of_another_station_are_one_choice_away(cast):
    hours = "/staff/hours?station="
    assert cast.ada.get(hours + "fuxingcheng").location == "/staff/stations/fuxingcheng/hours"
    assert cast.tom.get(hours + "central-window").location == "/staff/stations/fuxingcheng/hours"


def test_a_day_without_visits_says_so_in_two_sentences(cast):
    assert "No visits today. No later visit is booked yet." in cast.mei.get("/staff/today").text
