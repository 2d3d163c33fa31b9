"""Photos of stations as they are served: small, from the database, and kept by browsers for good."""

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.db import db
from app.errors import NotFound
from app.stations.models import Station, StationPhoto

MEDIA_TYPE = "image/webp"


def get_published(digest: str) -> StationPhoto:
    """Return the photo with this digest, if a station shows it now. Raises NotFound."""
    wanted = (
        select(StationPhoto)
        .join(Station, (Station.slug == StationPhoto.station_slug) & (Station.photo == StationPhoto.digest))
        .where(StationPhoto.digest == digest, Station.retired_at.is_(None))
        .options(undefer(StationPhoto.data))
    )
    found = db.session.scalar(wanted.limit(1)) if digest.isalnum() else None
    if found is None:
        raise NotFound
    return found


def photo_answer(photo: StationPhoto) -> Response:
    """Return the picture; its address names its contents, so it never has to be asked for again."""
    response = Response(photo.data, mimetype=MEDIA_TYPE)
    response.set_etag(photo.digest)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


def size_of(station: Station) -> tuple[int, int] | None:
    """Return width and height of the station's photo, so that the page keeps its place."""
    if not station.photo:
        return None
    wanted = select(StationPhoto.width, StationPhoto.height).where(
        StationPhoto.station_slug == station.slug, StationPhoto.digest == station.photo
    )
    row = db.session.execute(wanted.limit(1)).first()
    return (row[0], row[1]) if row else None
