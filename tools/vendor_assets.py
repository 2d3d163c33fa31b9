"""Copy the browser libraries we serve into app/static/vendor, with their licences and a manifest.

python tools/vendor_assets.py           fetch the pinned packages and rewrite the folder
python tools/vendor_assets.py --check   compare the folder with its manifest, without any network
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "app" / "static" / "vendor"
MANIFEST = VENDOR / "MANIFEST.json"


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    files: tuple[str, ...]  # paths in the package; each is kept under its last name


# leaflet.css names images of the layers button and of the stock marker: we use neither, so they stay out.
LEAFLET = Package("leaflet", "1.9.4", "BSD-2-Clause", ("LICENSE", "dist/leaflet.css", "dist/leaflet.js"))
# The icons that app/web/icons.py writes into pages; a page never asks for these files.
ICONS = (
    "banknote", "bell", "building-2", "calendar-plus", "car-taxi-front", "circle-alert", "circle-check",
    "clock",
    "id-card", "info", "map-pin", "messages-square", "phone", "printer", "user-round-check",
)  # fmt: skip
LUCIDE = Package("lucide-static", "1.62.0", "ISC", ("LICENSE", *(f"icons/{name}.svg" for name in ICONS)))
PACKAGES = (LEAFLET, LUCIDE)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only compare the folder with its manifest")
    if not parser.parse_args().check:
        write_manifest([fetch(package) for package in PACKAGES])
    wrong = differences()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def fetch(package: Package) -> dict[str, object]:
    """Copy the wanted files of one package; return its line of the manifest."""
    folder = VENDOR / package.name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [
                "npm",
                "pack",
                "--silent",  # npm checks the archive against the registry's checksum
                f"{package.name}@{package.version}",
                "--pack-destination",
                scratch,
            ],
            check=True,
        )
        [archive] = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as tar:
            for path in package.files:
                content = tar.extractfile(f"package/{path}")
                if content is None:
                    raise FileNotFoundError(f"{package.name}@{package.version} has no file {path}")
                (folder / Path(path).name).write_bytes(content.read())
    names = [Path(path).name for path in package.files]
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "files": {f"{package.name}/{name}": _digest(folder / name) for name in names},
    }


def write_manifest(packages: list[dict[str, object]]) -> None:
    MANIFEST.write_text(json.dumps({"packages": packages}, indent=2) + "\n")


def differences() -> list[str]:
    """Return what differs between the folder and its manifest: changed, missing and unlisted files."""
    listed: dict[str, str] = {}
    for package in json.loads(MANIFEST.read_text())["packages"]:
        listed |= package["files"]
    present = {
        str(path.relative_to(VENDOR)): _digest(path)
        for path in VENDOR.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    lines = [f"missing: {name}" for name in sorted(listed.keys() - present.keys())]
    lines += [f"not in the manifest: {name}" for name in sorted(present.keys() - listed.keys())]
    common = listed.keys() & present.keys()
    return lines + [f"changed: {name}" for name in sorted(common) if listed[name] != present[name]]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
