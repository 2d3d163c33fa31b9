"""The empty map, drawn by folium: centre, zoom limits, scale bar and coastline.

The only module that uses folium, because folium needs three precautions. It lists assets on other hosts:
each is replaced by a file of ours, and one without a local file stops the rendering. It writes scripts and
styles into the page, which the content security policy forbids: the script is served at its own address.
It passes its output through a template engine a second time: so no text from the database comes here, ever.
The points are added in the browser, from GeoJSON, by network-map.js.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import folium
from branca.element import Element, Figure
from folium.template import Template
from markupsafe import Markup

from app.maps.coastline import land

CENTRE = (20.01, 110.27)
BOUNDS = ((19.7, 109.95), (20.2, 110.8))  # where the coastline file ends
MIN_ZOOM, MAX_ZOOM = 10, 15  # beyond 15 the coastline is only straight lines

# folium's name of an asset -> our file under static/.
LOCAL_ASSETS = {"leaflet": "vendor/leaflet/leaflet.js", "leaflet_css": "vendor/leaflet/leaflet.css"}
# These serve folium's own pop-ups and glyph icons, which we do not draw.
UNUSED_ASSETS = frozenset(
    {
        "jquery",
        "bootstrap",
        "bootstrap_css",
        "glyphicons_css",
        "awesome_markers",
        "awesome_markers_css",
        "awesome_markers_font_css",
        "awesome_rotate_css",
    }
)


class MapUnsafe(RuntimeError):
    """The rendered map would break a rule of the page: another host, or code inside the page."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """`scripts` and `styles` are paths under static/; `script` draws the map into `container`."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    container: Markup
    script: str

    @property
    def version(self) -> str:
        return hashlib.sha256(self.script.encode()).hexdigest()[:16]


class NetworkMap(folium.Map):
    """A folium map that writes nothing into the page's head and has the same names every time."""

    _template = Template("""
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }},
            crs: L.CRS.{{ this.crs }},
            ...{{ this.options|tojavascript }}
        });
        L.control.scale({imperial: false}).addTo({{ this.get_name() }});
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__(
            location=CENTRE,
            zoom_start=11,
            tiles=None,
            zoom_control=False,  # network-map.js adds it with labels in the page's language
            scroll_wheel_zoom=False,
            keyboard=True,
            zoom_snap=0.25,
            max_bounds_viscosity=0.8,
        )
        # Without a tile layer folium drops its own min_zoom and max_zoom.
        self.options |= {"minZoom": MIN_ZOOM, "maxZoom": MAX_ZOOM, "maxBounds": [list(c) for c in BOUNDS]}
        self._id = "network"


@cache
def base_map() -> BaseMap:
    """Return the rendered map; made once per process."""
    network = NetworkMap()
    coast = folium.GeoJson(land(), interactive=False, class_name="map-land", smooth_factor=0.5)
    coast._id = "land"  # noqa: SLF001  the name is random otherwise, and the answer never cacheable
    coast.add_to(network)
    return rendered(network)


def rendered(network: folium.Map) -> BaseMap:
    """Return the parts of a map that a page under our content security policy can use.

    Raises MapUnsafe when an asset has no local file, or when code would stand inside the page.
    """
    figure = network.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a folium map stands in a figure of its own")
    scripts, styles = _take_assets(figure)
    figure.render()
    written = [child.render() for name, child in figure.header._children.items() if name != "meta_http"]  # noqa: SLF001
    if "".join(written).strip():
        raise MapUnsafe(f"folium writes into the page's head: {written[0][:80]}")
    script = figure.script.render()
    if re.search(r"https?://|</script", script, re.IGNORECASE):
        raise MapUnsafe("the map's script names another host or ends its own element")
    container = Markup(figure.html.render().strip())  # noqa: S704  made from constants only
    return BaseMap(scripts, styles, container, script)


def _take_assets(figure: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _take(figure, "default_js"), _take(figure, "default_css")


def _take(figure: Element, kind: str) -> tuple[str, ...]:
    paths: dict[str, None] = {}  # a set that keeps the order
    for element in _walk(figure):
        for name, address in getattr(element, kind, ()):
            if name not in UNUSED_ASSETS:
                paths[_local(name, address)] = None
        if hasattr(element, kind):
            setattr(element, kind, [])  # on this element: the class's own list is shared by the process
    return tuple(paths)


def _local(name: str, address: str) -> str:
    if name not in LOCAL_ASSETS:
        raise MapUnsafe(f"folium asset {name!r} ({address}) has no local file")
    return LOCAL_ASSETS[name]


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001  branca offers no other way
        yield from _walk(child)
