"""Why nobody can wait, or an offer is over."""

from app.errors import DomainError


class OfferOver(DomainError):
    """The time that was kept for this person is not kept any more: answered, ended, or the visit changed."""

    code = "offer_over"


class ListFull(DomainError):
    """As many people wait for this service at this place as may."""

    code = "list_full"


class TooManyPlaces(DomainError):
    """Nobody comes to so many places; each costs a look for every time that comes free."""

    code = "too_many_places"
    status = 422
