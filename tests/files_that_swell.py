"""Small files that become large when they are read, and what reading each costs, told by `python -m`."""

import io
import json
import multiprocessing
import resource
import zipfile
from collections.abc import Callable

from PIL import Image

HEAD = '<?xml version="1.0"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ROW = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1"><v>21</v></c></row>'
_TEXTS = "<si><t>other</t></si><si><t>HK7R</t><r><t>4M2P</t></r></si>"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f"""{HEAD}<Types xmlns="{_PACKAGE}/content-types">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
        <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>
        <Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>""",
    "_rels/.rels": f"""{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
        <Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>
        <sheet name="List" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
        <Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>""",
}
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def workbook(**parts: bytes) -> bytes:
    """Return a workbook as Excel writes it, some parts of it replaced: `sheet` and `strings`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in _PARTS.items():
            package.writestr(name, content)
        package.writestr("xl/worksheets/sheet1.xml", parts.get("sheet", sheet(_ROW)))
        package.writestr("xl/sharedStrings.xml", parts.get("strings", strings(_TEXTS)))
    return file.getvalue()


def strings(inside: str, head: str = HEAD) -> bytes:
    return f'{head}<sst xmlns="{_MAIN}">{inside}</sst>'.encode()


def sheet(inside: str) -> bytes:
    return f'{HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{inside}</sheetData></worksheet>'.encode()


def picture(kind: str, mode: str, size: tuple[int, int], **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return file.getvalue()


def noisy_photo() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((7000, 7000), 120).save(file, "JPEG", quality=1, progressive=True)
    return file.getvalue()


SWELLING: dict[str, Callable[[], bytes]] = {
    "two million empty texts": lambda: workbook(strings=strings("<si/>" * 1_900_000)),
    "a text of nine million signs": lambda: workbook(strings=strings(f"<si><t>{'a' * 9_000_000}</t></si>")),
    "a million elements in each other": lambda: workbook(strings=strings("<a>" * 1_200_000)),
    "a line of a million cells": lambda: workbook(sheet=sheet(f"<row>{'<c/>' * 1_000_000}</row>")),
    "a million lines": lambda: workbook(sheet=sheet("<row/>" * 1_000_000)),
    "entities behind padding": lambda: workbook(
        strings=strings("<si><t>&b;</t></si>", HEAD + " " * 3000 + ENTITIES)
    ),
    "entities in UTF-16": lambda: workbook(
        strings=strings("<si><t>&b;</t></si>", '<?xml version="1.0" encoding="utf-16"?>' + ENTITIES)
        .decode()
        .encode("utf-16")
    ),
    "a large picture": lambda: picture("PNG", "RGBA", (4999, 4999)),
    "a larger picture": lambda: picture("PNG", "L", (12_000, 12_000)),
    "a large progressive photo": lambda: picture("JPEG", "RGB", (9_900, 9_900), progressive=True),
    "a large noisy photo": noisy_photo,
}
PICTURES = [name for name in SWELLING if "picture" in name or "photo" in name]


def read(content: bytes, kind: str) -> str:
    """Read a list or a picture. Returns what came of it."""
    from app.groups.sheets import read_upload  # noqa: PLC0415
    from app.publishing.pictures import PhotoUnfit, take_in  # noqa: PLC0415

    try:
        take_in(content) if kind == "picture" else read_upload("list.xlsx", content)
    except (ValueError, PhotoUnfit):
        return "refused"
    return "read"


def make(name: str) -> bytes:
    return SWELLING[name]()


def cost(content: bytes, kind: str) -> tuple[str, float, int]:
    """Return what came of a file, and the processor seconds and further megabytes that reading it took."""
    read(picture("PNG", "RGB", (300, 300)) if kind == "picture" else workbook(), kind)
    before = resource.getrusage(resource.RUSAGE_SELF)
    said = read(content, kind)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return said, after.ru_utime - before.ru_utime, (after.ru_maxrss - before.ru_maxrss) // 1024


def main() -> None:
    """Print the cost of each file as JSON; each is made, and read, in a process that did nothing before."""
    import app.groups.sheets  # noqa: PLC0415
    import app.publishing.pictures  # noqa: F401, PLC0415

    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as fresh:
        costs = {
            name: fresh.apply(cost, (fresh.apply(make, (name,)), "picture" if name in PICTURES else "list"))
            for name in SWELLING
        }
    print(json.dumps(costs))  # noqa: T201


if __name__ == "__main__":
    main()
