"""The document of the interface, for programs as OpenAPI and for people as a page."""

from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Flask, Response, current_app, g, render_template, request

from app.api.v1.answers import answer
from app.api.v1.outline import outline
from app.api.v1.spec import Blueprint, Interface

EXTENSION = "api-v1"

blueprint = Blueprint("document", __name__, description="This document.")
pages = PlainBlueprint("api_docs", __name__, url_prefix="/api", template_folder="../templates")


@blueprint.get("/openapi.json")
@blueprint.response(200, {"type": "object"})
def openapi() -> Response:
    """Return the interface as an OpenAPI 3.1 document."""
    response = answer(_document())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.content_language.add("en")
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/docs")
def show_docs() -> str:
    g.lang = "en"  # The contract has one wording, for programmers.
    return render_template("api/docs.html", outline=outline(_document()))


def _document() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions[EXTENSION].spec.to_dict()
    return found


def init_app(app: Flask, interface: Interface) -> None:
    app.extensions[EXTENSION] = interface
    interface.register_blueprint(blueprint)
    app.register_blueprint(pages)
