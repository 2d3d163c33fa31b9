"""Why a change of a plan is not saved or not undone."""

from app.errors import DomainError


class PlanChanged(DomainError):
    """Somebody else saved a change of this plan since the form was opened."""

    code = "plan_changed"


class EffectChanged(DomainError):
    """Since the preview somebody booked there, or took a time that was proposed."""

    code = "effect_changed"


class CalendarChanged(DomainError):
    """Somebody else changed this year of the calendar since the form was opened."""

    code = "calendar_changed"
