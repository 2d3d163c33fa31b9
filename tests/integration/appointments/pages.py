"""Pressing the buttons of the booking pages without a browser."""

import re
from html import unescape

from app.appointments.models import Appointment
from app.db import db


def follow(client, case):
    """Open the collection link, as from the message."""
    return client.get(f"/c/{case.link}", follow_redirects=True)


def form_with(html, mark):
    """Return the action and the hidden fields of the first form that contains this text."""
    for form in re.findall(r"<form.*?</form>", html, re.S):
        if mark in form:
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
            return re.search(r'action="([^"]+)"', form)[1], {k: unescape(v) for k, v in hidden.items()}
    raise AssertionError(f"no form with {mark!r} in {html}")


def slots_of(html):
    return re.findall(r'name="slot" value="([^"]+)"', html)


def press_time(client, html, slot=None, *, follow_redirects=True):
    action, fields = form_with(html, 'name="slot"')
    data = {**fields, "slot": slot or slots_of(html)[0]}
    return client.post(action, data=data, follow_redirects=follow_redirects)


def press(client, html, mark, **typed):
    action, fields = form_with(html, mark)
    return client.post(action, data={**fields, **typed}, follow_redirects=True)


def press_confirm(client, html):
    return press(client, html, 'name="hold"')


def book(client, case):
    """Book the time twenty minutes ahead: the soonest one starts at this very moment."""
    follow(client, case)
    times = client.get("/en/collect/time").text
    page = press_confirm(client, press_time(client, times, sorted(set(slots_of(times)))[1]).text)
    assert "Your visit is booked" in page.text
    return page


def h1(page):
    return unescape(re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.S)[1])).strip()


def visits():
    return db.session.query(Appointment).order_by(Appointment.id).all()


def details(client, html, **typed):
    return press(
        client, html, 'name="language"', **{"language": "en", "name": "", "email": "", "phone": "", **typed}
    )


def choose_open(client):
    """Start an open service at Jiangdong and press the first time."""
    times = client.get("/en/book?place=jiangdong&service=document-check", follow_redirects=True)
    return press_time(client, times.text)
