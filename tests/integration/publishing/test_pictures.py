"""Photos are made small and bare, and files that are no photos are refused before they cost anything."""

import zlib
from io import BytesIO
from struct import pack

import pytest
from PIL import Image

from app.publishing.pictures import SMALL_ENOUGH, PhotoUnfit, take_in


def written(image: Image.Image, kind: str, **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(size=(1600, 1200)) -> Image.Image:
    return Image.effect_noise(size, 120).convert("RGB")


def read(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("WEBP",))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(1600, 1200), (900, 2400), (320, 240)])
def test_even_noise_becomes_a_small_webp(kind, size):
    picture = take_in(written(noise(size), kind))

    assert len(picture.data) <= SMALL_ENOUGH
    assert read(picture.data).size == (picture.width, picture.height)
    assert max(picture.width, picture.height) <= 960


def test_nothing_but_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = written(
        noise((640, 480)), "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"profile" * 40
    )

    kept = take_in(data).data

    for secret in (b"A camera", b"secret comment", b"profileprofile", b"EXIF", b"ICCP"):
        assert secret not in kept
    assert dict(read(kept).getexif()) == {}


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    picture = take_in(written(noise((800, 400)), "JPEG", exif=exif))

    assert picture.height > picture.width


def test_what_shines_through_becomes_white():
    picture = take_in(written(Image.new("RGBA", (300, 300), (255, 0, 0, 0)), "PNG"))

    assert min(read(picture.data).convert("RGB").getpixel((150, 150))) > 250


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(100_000, 100_000), (6000, 6000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    with pytest.raises(PhotoUnfit):
        take_in(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg onload='alert(1)'/>",
        written(noise((300, 300)), "GIF"),
        written(noise((300, 300)), "TIFF"),
        written(noise((640, 480)), "JPEG")[:3000],
        written(noise((640, 480)), "PNG")[:3000],
        written(noise((40, 40)), "PNG"),
    ],
    ids=["empty", "text", "svg", "gif", "tiff", "cut jpeg", "cut png", "tiny"],
)
def test_anything_else_is_refused(data):
    with pytest.raises(PhotoUnfit):
        take_in(data)


def test_the_same_photo_has_the_same_name():
    data = written(Image.new("RGB", (300, 300), "teal"), "JPEG")

    assert take_in(data).digest == take_in(data).digest
