"""Version 1 of the JSON interface: the contract is its OpenAPI document at /api/v1/openapi.json."""

from flask import Flask

from app.api.v1 import availability, bookings, cases, closures, document, spec, stations


def init_app(app: Flask) -> None:
    interface = spec.make_interface(app)
    for part in (stations, closures, availability, bookings, cases):
        interface.register_blueprint(part.blueprint)
    document.init_app(app, interface)
