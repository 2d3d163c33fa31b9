"""A photo is taken in as a draft, made small and bare, and served from the database."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from app import jobs
from app.db import db
from app.publishing.models import StationDraft
from app.stations.models import StationPhoto
from tests.integration.publishing.conftest import Office, again, fields_of

ALT = {"photo_alt_en": "The glass door", "photo_alt_zh": "玻璃门", "photo_alt_ru": "Стеклянная дверь"}


def picture(*, kind: str = "JPEG", size: tuple[int, int] = (1200, 900)) -> BytesIO:
    file = BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(file, kind)
    file.seek(0)
    return file


def bomb() -> bytes:
    """A PNG of a few kilobytes that would need 900 million pixels."""
    file = BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")
    return file.getvalue()


def photos() -> int:
    return db.session.scalar(select(func.count()).select_from(StationPhoto))


def test_a_photo_is_on_the_page_after_publishing_and_not_before(office: Office, client):
    tom = office.tom
    assert tom.save(photo_file=(picture(), "door.jpg"), **ALT).status_code == 303
    assert "/photos/" not in client.get("/en/places/fuxingcheng").text
    drafted = tom.browser.get("/staff/points/fuxingcheng/preview/zh").text
    assert 'alt="玻璃门"' in drafted
    digest = db.session.scalars(select(StationPhoto.digest)).one()
    assert client.get(f"/photos/{digest}.webp").status_code == 404
    assert tom.browser.get(f"/staff/points/fuxingcheng/photo/{digest}.webp").status_code == 200

    tom.publish()

    page = client.get("/ru/places/fuxingcheng").text
    assert (
        f'<img src="/photos/{digest}.webp" width="960" height="720" alt="Стеклянная дверь" loading="lazy"'
        in page
    )


def test_it_is_served_small_bare_and_cached(office: Office, client):
    tom = office.tom
    tom.save(photo_file=(picture(), "door.jpg"), **ALT)
    tom.publish()

    answer = client.get(f"/photos/{again(office.fuxingcheng).photo}.webp")

    assert len(answer.data) <= 25_000
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    same = client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")


def test_a_page_without_a_photo_has_no_gap(office: Office, client):
    page = client.get("/en/places/fuxingcheng").text

    assert "<img" not in page
    assert 'class="photo"' not in page


def test_a_photo_needs_words_for_those_who_do_not_see_it(office: Office):
    refused = office.tom.save(photo_file=(picture(), "door.jpg"))

    assert refused.status_code == 422
    assert "Say what the photo shows" in refused.text


def test_a_photo_is_not_asked_for_twice_when_something_else_is_wrong(office: Office):
    tom = office.tom
    refused = tom.save(photo_file=(picture(), "door.jpg"))

    assert tom.save(form=fields_of(refused.text), **ALT).status_code == 303

    (draft,) = db.session.scalars(select(StationDraft))
    assert draft.after["photo"] == db.session.scalars(select(StationPhoto)).one().digest


def test_a_photo_that_was_taken_away_stays_away_when_something_else_is_wrong(office: Office):
    tom = office.tom
    tom.save(photo_file=(picture(), "door.jpg"), **ALT)
    tom.publish()
    refused = tom.save(photo_gone="yes", precision_m="x")

    tom.save(form={**fields_of(refused.text), "precision_m": "1000"})

    (draft,) = db.session.scalars(select(StationDraft))
    assert draft.after["photo"] == ""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "é"])
def test_a_form_cannot_name_a_photo_that_is_not_the_points(office: Office, digest: str):
    office.tom.save(photo_shown=digest, notice_en="Look", **ALT)

    (draft,) = db.session.scalars(select(StationDraft))
    assert not draft.after.get("photo")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 50,
        b"\xff\xd8\xff" + b"x" * 500,
        bomb(),
    ],
    ids=["empty", "svg", "gif", "broken", "bomb"],
)
def test_what_is_no_photo_is_refused_and_the_texts_are_kept(office: Office, data: bytes):
    refused = office.tom.save(photo_file=(BytesIO(data), "../../x.jpg"), notice_en="My long notice", **ALT)

    assert refused.status_code == 422
    assert "We cannot use this picture" in refused.text
    assert "My long notice" in refused.text
    assert photos() == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_hides_behind_the_pixels_is_not_served(office: Office):
    polyglot = picture().read() + b"<script>alert(1)</script>"
    office.tom.save(photo_file=(BytesIO(polyglot), "x.html"), **ALT)
    (photo,) = db.session.scalars(select(StationPhoto))

    served = office.tom.browser.get(f"/staff/points/fuxingcheng/photo/{photo.digest}.webp")

    assert served.content_type == "image/webp"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cache-Control"] == "no-store", "nobody keeps what is not published"
    assert served.data.startswith(b"RIFF")
    assert b"script" not in served.data


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_larger_than_a_photo_is_refused_before_it_is_read(office: Office):
    body = b'--x\r\nContent-Disposition: form-data; name="photo_file"; filename="a.jpg"\r\n\r\n'
    refused = office.tom.browser.post(
        "/staff/points/fuxingcheng",
        data=body + b"x" * (9 * 1024 * 1024) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert refused.status_code == 413


def test_a_photo_that_is_replaced_or_taken_away_leaves_the_database(office: Office):
    tom = office.tom
    tom.save(photo_file=(picture(), "one.jpg"), **ALT)
    tom.publish()
    tom.save(photo_file=(picture(kind="PNG", size=(400, 300)), "two.png"))
    assert photos() == 2
    tom.publish()
    assert photos() == 1

    tom.save(photo_gone="yes")
    tom.publish()

    assert photos() == 0
    station = again(office.fuxingcheng)
    assert station.photo is None
    assert station.photo_alt is None


def test_a_photo_of_a_form_that_nobody_saved_goes_after_a_day(office: Office, clock):
    tom = office.tom
    tom.save(photo_file=(picture(), "shown.jpg"), **ALT)
    tom.publish()
    tom.save(photo_file=(picture(size=(500, 300)), "drafted.jpg"))
    tom.save(photo_file=(picture(size=(300, 500)), "left.jpg"), precision_m="x")
    jobs.purge()
    assert photos() == 3, "somebody may be mending the form"

    clock.move(days=1)
    office.tom.save(photo_file=(picture(size=(400, 400)), "just now.jpg"), precision_m="x")
    jobs.purge()

    left = db.session.scalars(select(StationPhoto))
    assert {(photo.width, photo.height) for photo in left} == {
        (960, 720),
        (500, 300),
        (400, 400),
    }


def test_a_photo_that_is_sent_again_is_kept_for_another_day(office: Office, clock):
    for _ in range(2):
        office.tom.save(photo_file=(picture(), "door.jpg"), precision_m="x")
        clock.move(hours=23)

    jobs.purge()

    assert photos() == 1
