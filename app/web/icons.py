"""Icons written into the page: no request, the colour of the words beside them, never without words."""

import re
from functools import cache
from pathlib import Path

from flask import Flask
from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent.parent / "static" / "vendor" / "lucide-static"
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def icon(name: str) -> Markup:
    """Return the icon of this name as SVG that readers of the page's words do not hear of."""
    found = _SHAPES.search((FOLDER / f"{name}.svg").read_text())
    shapes = "".join(line.strip() for line in found[1].splitlines()) if found else ""
    # A file of ours, vendored and checked against its manifest.
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>')  # noqa: S704


def init_app(app: Flask) -> None:
    app.jinja_env.globals["icon"] = icon
