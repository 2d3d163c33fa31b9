"""The road layer in the database: kept, found, taken away."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import load_only

from app.db import db
from app.maps.models import MapLayer

ROADS = "roads"
EMPTY = '{"type":"FeatureCollection","features":[]}'


def keep_roads(body: str, *, credit: str, now: datetime) -> None:
    """Put this layer in the place of the one before. Call inside `transact()`."""
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    db.session.merge(MapLayer(name=ROADS, body=body, digest=digest, credit=credit, built_at=now))


def clear_roads() -> bool:
    """Take the layer away; say whether there was one. Call inside `transact()`."""
    row = db.session.get(MapLayer, ROADS)
    if row is not None:
        db.session.delete(row)
    return row is not None


def find_roads() -> MapLayer | None:
    """Return the layer without reading its lines."""
    about = load_only(MapLayer.name, MapLayer.digest, MapLayer.credit)
    return db.session.scalar(select(MapLayer).where(MapLayer.name == ROADS).options(about))


def body_of_roads() -> str:
    return db.session.scalar(select(MapLayer.body).where(MapLayer.name == ROADS)) or EMPTY
