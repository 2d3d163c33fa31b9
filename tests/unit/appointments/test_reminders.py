"""Which reminders a visit gets: the table of times, and what holds for every table in every zone."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.reminders.plan import LEAST_NOTICE, Booking, is_quiet, planned
from app.stations.reminder_rules import By, ReminderRule, RuleTrouble, rule_from_text, rules_of, trouble_of

HAIKOU = "Asia/Shanghai"
START = datetime(2026, 11, 27, 2, 20, tzinfo=UTC)  # 10:20 in Haikou, a Friday
QUIET_AFTER_BOOKING = timedelta(hours=1)
BOTH = ("email", "sms")


def minutes(count, **more):
    return ReminderRule(minutes=count, **{"earliest": time(0), "latest": time(23, 59), **more})


def day_before(days=1, clock="10:00", **more):
    return ReminderRule(days=days, at=time.fromisoformat(clock), **more)


USUAL = [minutes(4320), minutes(1440), minutes(120)]
SHIPPED = [rule_from_text(text) for text in ("7d@10:00>48h", "1d@10:00>3h", "120m sms")]


def before(**length):
    return START - timedelta(**length)


def plan(rules, *, booked, starts_at=START, zone=HAIKOU, channels=BOTH, now=None):
    return planned(Booking(starts_at, zone, booked, channels), rules, now=now or booked)


def lengths(plan):
    return [one.rule.minutes for one in plan]


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        (before(days=9), [4320, 1440, 120]),
        (before(days=3, hours=1), [4320, 1440, 120]),
        (before(days=3, minutes=59), [1440, 120]),  # too soon after the confirmation
        (before(days=1, hours=2), [1440, 120]),
        (before(hours=24), [120]),
        (before(hours=3), [120]),
        (before(hours=2, minutes=59), []),
        (before(hours=2), []),
        (before(minutes=5), []),
    ],
)
def test_reminders_that_are_due_already_or_at_once_are_left_out(booked, expected):
    assert lengths(plan(USUAL, booked=booked)) == expected


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        (before(days=20), ["reminder-7d", "reminder-1d", "reminder-120"]),
        (before(days=9, hours=1), ["reminder-7d", "reminder-1d", "reminder-120"]),
        (before(days=8), ["reminder-1d", "reminder-120"]),  # a week ahead is not told two days after booking
        (before(hours=27), ["reminder-120"]),  # booked at 07:20: 10:00 the same morning is too soon
        (before(hours=2), []),
    ],
)
def test_the_plan_that_ships(booked, expected):
    assert [one.rule.name for one in plan(SHIPPED, booked=booked)] == expected


def test_a_day_before_is_told_at_its_hour_on_the_stations_clock():
    (one,) = plan([day_before()], booked=before(days=5))
    assert one.send_at.astimezone(ZoneInfo(HAIKOU)).isoformat() == "2026-11-26T10:00:00+08:00"


def test_each_reminder_is_of_no_use_once_the_next_is_due():
    three, one, hours = plan(USUAL, booked=before(days=9))
    assert (three.send_at, three.expires_at) == (before(days=3), before(days=1))
    assert (one.send_at, one.expires_at) == (before(days=1), before(hours=2))
    assert (hours.send_at, hours.expires_at) == (before(hours=2), START)


def test_a_worker_that_was_down_for_26_hours_sends_one_reminder_and_not_two():
    back = before(hours=1)  # down since before the one-day reminder was due
    still_useful = [r for r in plan(USUAL, booked=before(days=9)) if r.send_at <= back < r.expires_at]
    assert lengths(still_useful) == [120]


def test_a_service_may_have_no_reminders():
    assert plan([], booked=before(days=9)) == []


def test_the_order_in_the_service_and_repeats_do_not_matter():
    turned = [USUAL[2], USUAL[0], USUAL[1], USUAL[2]]
    assert plan(turned, booked=before(days=9)) == plan(USUAL, booked=before(days=9))


@pytest.mark.parametrize(
    ("by", "channels", "expected"),
    [
        (By.ANY, ("email", "sms"), ["email"]),
        (By.ANY, ("sms",), ["sms"]),
        (By.ANY, (), []),
        (By.SMS, ("email", "sms"), ["sms"]),
        (By.SMS, ("email",), []),
        (By.EMAIL, ("sms",), []),
    ],
)
def test_a_reminder_takes_a_way_that_the_person_has(by, channels, expected):
    found = plan([minutes(120, by=by)], booked=before(days=2), channels=channels)
    assert [one.channel for one in found] == expected


def test_a_reminder_that_nobody_gets_does_not_end_the_one_before_it():
    rules = [minutes(1440), minutes(120, by=By.SMS)]
    (only,) = plan(rules, booked=before(days=5), channels=("email",))
    assert only.expires_at == START


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("10:20", "2026-11-27T08:20"),
        ("10:00", "2026-11-27T08:00"),
        ("09:40", "2026-11-27T08:00"),  # 07:40 is too early: at the end of the night
        ("09:00", "2026-11-27T08:00"),
        ("08:40", "2026-11-26T20:00"),  # 08:00 would leave 40 minutes: the evening before
        ("23:30", "2026-11-27T20:00"),  # 21:30 is too late, and the morning comes after the visit
    ],
)
def test_nobody_is_woken(start, expected):
    starts_at = datetime.fromisoformat(f"2026-11-27T{start}+08:00")
    (one,) = plan([ReminderRule(minutes=120)], starts_at=starts_at, booked=starts_at - timedelta(days=5))
    assert one.send_at.astimezone(ZoneInfo(HAIKOU)).strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        # The day before a change of the clocks: 10:00 on the wall, 23 and 25 hours ahead.
        ("Europe/Berlin", "2026-03-29T10:00+02:00", "2026-03-28T10:00+01:00"),
        ("Europe/Berlin", "2026-10-25T10:00+01:00", "2026-10-24T10:00+02:00"),
        # Half an hour.
        ("Australia/Lord_Howe", "2026-04-05T10:00+10:30", "2026-04-04T10:00+11:00"),
    ],
)
def test_the_day_before_is_counted_on_the_wall(zone, start, expected):
    starts_at = datetime.fromisoformat(start)
    (one,) = plan([day_before()], starts_at=starts_at, zone=zone, booked=starts_at - timedelta(days=5))
    assert one.send_at == datetime.fromisoformat(expected)


def test_a_time_that_the_clocks_skip_is_told_after_the_gap():
    starts_at = datetime.fromisoformat("2026-03-30T10:00+02:00")
    rule = day_before(clock="02:30", earliest=time(0), latest=time(23))
    (one,) = plan([rule], starts_at=starts_at, zone="Europe/Berlin", booked=starts_at - timedelta(days=5))
    assert one.send_at == datetime.fromisoformat("2026-03-29T03:30+02:00")


def test_a_day_that_a_zone_skips_sends_nothing_after_the_start():
    starts_at = datetime(2011, 12, 31, 9, 0, tzinfo=ZoneInfo("Pacific/Apia")).astimezone(UTC)
    found = plan(
        [day_before()], starts_at=starts_at, zone="Pacific/Apia", booked=starts_at - timedelta(days=5)
    )
    assert all(one.send_at < starts_at for one in found)


ZONES = (
    HAIKOU, "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu",
)  # fmt: skip
clocks = st.times(time(0), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def rules(draw):
    earliest, latest = sorted(draw(st.lists(clocks, min_size=2, max_size=2, unique=True)))
    hours, by = draw(st.integers(0, 72)), draw(st.sampled_from(By))
    if draw(st.booleans()):
        at = draw(st.times(earliest, latest)).replace(second=0, microsecond=0)
        at = max(at, earliest)
        return ReminderRule(draw(st.integers(1, 10)), at, 0, by, earliest, latest, hours)
    return ReminderRule(0, None, draw(st.integers(1, 20_000)), by, earliest, latest, hours)


@given(
    st.lists(rules(), max_size=6),
    st.datetimes(datetime(2011, 12, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - made aware below
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.sampled_from(ZONES),
    st.sampled_from([(), ("email",), ("sms",), BOTH]),
)
def test_whatever_the_rules_and_the_zone(rules, start, ahead, zone, channels):
    starts_at, booked = start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) - ahead
    found = plan(rules, starts_at=starts_at, booked=booked, zone=zone, channels=channels)
    for one in found:
        assert booked + timedelta(hours=one.rule.hours_after_booking) <= one.send_at
        assert one.send_at < one.expires_at <= starts_at
        assert one.channel in channels
        assert one.rule.by in (By.ANY, one.channel)
        quiet = is_quiet(one.send_at, one.rule, zone)
        assert not quiet or _is_in_a_gap(one, zone), "only clocks that jump may end a night early"
    for one, two in itertools.pairwise(found):
        assert one.expires_at == two.send_at


def _is_in_a_gap(one, zone):
    """Say whether one of the rule's own clock times does not exist on that day or the one before."""
    there = one.send_at.astimezone(ZoneInfo(zone))
    walls = [
        datetime.combine(there.date() - timedelta(days=back), clock, ZoneInfo(zone))
        for back in (0, 1)
        for clock in (one.rule.earliest, one.rule.latest, one.rule.at or one.rule.earliest)
    ]
    return any(wall.astimezone(UTC).astimezone(ZoneInfo(zone)).time() != wall.time() for wall in walls)


@given(rules())
def test_rules_keep_their_meaning_in_the_database(rule):
    assert rules_of([rule.as_dict()]) == [rule]
    assert trouble_of(rule) is None


@pytest.mark.parametrize(
    ("rule", "trouble"),
    [
        (ReminderRule(), RuleTrouble.WHEN),
        (ReminderRule(minutes=-5), RuleTrouble.WHEN),
        (ReminderRule(minutes=100_000), RuleTrouble.WHEN),
        (ReminderRule(days=1), RuleTrouble.WHEN),
        (ReminderRule(days=0, at=time(10)), RuleTrouble.WHEN),
        (ReminderRule(days=1, at=time(10), minutes=60), RuleTrouble.WHEN),
        (ReminderRule(minutes=60, earliest=time(20), latest=time(8)), RuleTrouble.HOURS),
        (ReminderRule(minutes=60, earliest=time(8), latest=time(8)), RuleTrouble.HOURS),
        (ReminderRule(days=1, at=time(7)), RuleTrouble.OUTSIDE),
        (ReminderRule(minutes=60, hours_after_booking=-1), RuleTrouble.AFTER_BOOKING),
        (ReminderRule(days=1, at=time(10)), None),
    ],
)
def test_a_rule_that_cannot_be_followed_is_named(rule, trouble):
    assert trouble_of(rule) == trouble


@pytest.mark.parametrize("text", ["", "1d", "10:00", "0m", "1d@25:00", "5m fax", "1d@23:00", "-5m"])
def test_a_short_form_that_says_nothing_is_refused(text):
    with pytest.raises(ValueError, match="is not a reminder"):
        rule_from_text(text)


def test_the_least_notice_is_less_than_the_usual_last_reminder():
    assert timedelta(minutes=120) > LEAST_NOTICE
