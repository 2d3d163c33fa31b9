"""The OpenAPI document and the kind of blueprint that writes itself into it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema

from app.api.v1.fields import Day, Moment, NowOrMoment
from app.api.v1.refusals import HANDLERS, Parser
from app.api.v1.schemas import Problem
from app.extensions import csrf
from app.i18n import HTML_LANG, current_language, preferred_language
from app.localtext import LANGUAGES

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
PREFIX = "/api/v1"
PROBLEM = "application/problem+json"
BEARER: list[dict[str, list[str]]] = [{"manageToken": []}]


class Interface(Api):  # type: ignore[misc]
    """The interface; errors stay with app/problems.py, the one place that answers them."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        # The library's ready-made answers are its errors; ours have their own media type.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """Routes of the interface: no cookie is read, so no CSRF token is asked for."""

    ARGUMENTS_PARSER = Parser()

    if TYPE_CHECKING:  # The library has no types; these are the decorators in use.

        def get(self, rule: str) -> Decorator: ...
        def post(self, rule: str) -> Decorator: ...
        def doc(self, **options: Any) -> Decorator: ...
        def response(self, status: int, schema: Any = None, **options: Any) -> Decorator: ...
        def alt_response(self, status: int, **options: Any) -> Decorator: ...

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX, **options)
        csrf.exempt(self)
        self.before_request(_take_language)
        self.after_request(_say_language)
        for refusal, handler in HANDLERS:
            self.register_error_handler(refusal, handler)

    def arguments(self, schema: type[Schema], **options: Any) -> Decorator:
        # Made here once: from a class the library would make it anew for every request.
        decorator: Decorator = super().arguments(schema(), **options)
        return decorator


def _take_language() -> None:
    asked = request.args.get("lang", "")
    g.lang = asked if asked in LANGUAGES else preferred_language()


def _say_language(response: Response) -> Response:
    if not response.content_language:
        response.content_language.add(HTML_LANG[current_language()])
    return response


def open_data(response: Response) -> Response:
    """Let pages of other sites read the answer; there are no cookies in it to protect."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def make_interface(app: Flask) -> Interface:
    interface = Interface(
        spec_kwargs={
            "title": "Haikou service network",
            "version": "1",
            "openapi_version": "3.1.0",
            "info": {"description": "Service points, free times and visits. Times are ISO 8601 with offset."},
        }
    )
    interface.register_field(Moment, "string", "date-time")
    interface.register_field(NowOrMoment, "string", None)
    interface.register_field(Day, "string", "date")
    interface.init_app(app)
    # A shape that the library registers for its own paging, which nothing here has.
    interface.spec.components.schemas.pop("PaginationMetadata")
    interface.spec.components.security_scheme(
        "manageToken",
        {"type": "http", "scheme": "bearer", "description": "The manage_token of the visit."},
    )
    return interface
