"""The points as a small page for frames of other sites, and the script that puts it there.

Neither reads or sets a cookie, so an employer's page needs to ask nobody for consent.
"""

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from app import clock
from app.i18n import LANGUAGE_PREFIX, in_language
from app.localtext import LANGUAGES
from app.locator import wording
from app.locator.asked import PointSearch
from app.locator.finding import find_points

SCRIPT_SECONDS = 3600

bp = Blueprint("widget", __name__, template_folder="templates")


@bp.get(f"{LANGUAGE_PREFIX}/widget")
def points() -> str:
    """Answer the same search as the page of all points; whatever is wrong with it, the points are listed."""
    g.csp = {"frame-ancestors": "*"}
    search = PointSearch.parse(request.args)
    answer = find_points(search, now=clock.now())
    refusal = wording.refusal_words(answer, search.near or search.place)
    return render_template("locator/widget.html", search=search, answer=answer, refusal=refusal)


@bp.get("/widget.js")
def script() -> Response:
    """Return the script; it knows the frame's title in each language."""
    titles = {}
    for language in LANGUAGES:
        with in_language(language):
            titles[language] = _("Service points for foreign talent in Haikou")
    response = Response(render_template("locator/widget.js", titles=titles), mimetype="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]
