"""The booking number as a picture that a counter can read."""

from io import BytesIO

import segno
from markupsafe import Markup


def qr_picture(reference: str, label: str) -> Markup:
    """Return an inline SVG that says the reference and nothing about the person."""
    image = BytesIO()
    segno.make_qr(reference, error="m").save(
        image, kind="svg", border=3, xmldecl=False, svgns=False, svgclass="qr", lineclass="", omitsize=True,
        light="#fff", nl=False,
    )  # fmt: skip
    drawing = image.getvalue().decode().replace("<svg ", '<svg role="img" aria-label="{}" ', 1)
    return Markup(drawing).format(label)  # noqa: S704 - drawn here, from letters and digits only
