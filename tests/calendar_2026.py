"""The official calendar of 2026, as the State Council's notice has it."""

from datetime import date, timedelta

_HOLIDAYS = (
    (date(2026, 1, 1), 3, "New Year's Day"),
    (date(2026, 2, 15), 9, "Spring Festival"),
    (date(2026, 4, 4), 3, "Qingming Festival"),
    (date(2026, 5, 1), 5, "Labour Day"),
    (date(2026, 6, 19), 3, "Dragon Boat Festival"),
    (date(2026, 9, 25), 3, "Mid-Autumn Festival"),
    (date(2026, 10, 1), 7, "National Day"),
)
DAYS_OFF = {first + timedelta(days=n): name for first, length, name in _HOLIDAYS for n in range(length)}
MAKEUP_WORKDAYS = {  # and as which weekday each is worked
    date(2026, 1, 4): 4,
    date(2026, 2, 14): 0,
    date(2026, 2, 28): 4,
    date(2026, 5, 9): 1,
    date(2026, 9, 20): 3,
    date(2026, 10, 10): 2,
}
