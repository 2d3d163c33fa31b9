"""Photos as they are taken in: decoded with care, made small, and free of everything but their pixels.

The only module that uses Pillow.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from app.errors import DomainError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 8 * 1024 * 1024
# A JPEG is decoded at a fraction of its size; the others are decoded whole.
MOST_PIXELS = {"JPEG": 100_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())  # what Pillow itself warns of and refuses
LEAST_SIDE = 200
LARGEST = (960, 720)
SMALL_ENOUGH = 25_000  # bytes, so that a phone on a slow line does not notice
SIDES = (960, 800, 640, 480)
QUALITIES = (78, 66, 54, 42)
LAST_QUALITY = 20


class PhotoUnfit(DomainError):
    """The file is no photo that we can make small."""

    code = "photo_unfit"
    status = 400


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A WebP picture; its digest is its name."""

    data: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def take_in(data: bytes) -> StoredPicture:
    """Return the photo, upright, at most 25 kB. Raises PhotoUnfit.

    Nothing of the file is kept but its pixels: no place, no camera, no second picture.
    """
    if len(data) > MOST_BYTES:
        raise PhotoUnfit
    try:
        image = _decoded(data)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
        raise PhotoUnfit from error
    return _small(image)


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS[opened.format or "PNG"] or min(width, height) < LEAST_SIDE:
            raise PhotoUnfit
        opened.draft("RGB", LARGEST)  # for a JPEG: decode an eighth, a quarter or a half only
        # First of all, so that the whole picture is in memory once; the longer side may be the height.
        opened.thumbnail((LARGEST[0], LARGEST[0]), reducing_gap=2.0)
        return _on_white(ImageOps.exif_transpose(opened))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")


def _small(image: Image.Image) -> StoredPicture:
    for side in SIDES:
        sized = ImageOps.contain(image, (side, side * 3 // 4)) if max(image.size) > side else image
        for quality in QUALITIES:
            data = _written(sized, quality)
            if len(data) <= SMALL_ENOUGH:
                return StoredPicture(data, *sized.size)
    least = ImageOps.contain(image, (SIDES[-1] // 2, SIDES[-1] // 2))
    return StoredPicture(_written(least, LAST_QUALITY), *least.size)


def _written(image: Image.Image, quality: int) -> bytes:
    bare = Image.frombytes("RGB", image.size, image.tobytes())  # no profile, no comment, no EXIF
    file = BytesIO()
    bare.save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()
