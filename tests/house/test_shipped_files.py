"""What an installation is made from: the image, compose, units and fronts, read as a linter would.

No container runtime is needed; what can be run for real is run in tests/processes/test_fronts.py.
"""

import re
import shlex
import subprocess

import pytest
import yaml

from tests.house.sources import ROOT

DIST = ROOT / "dist"
UNITS = sorted((DIST / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
HARDENED = {
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "CapabilityBoundingSet=",
    "SystemCallFilter=@system-service",
    "UMask=0077",
    "User=stations",
}
COMMANDS = {"gunicorn", "flask"}


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_image_is_small_pinned_and_not_of_root(dockerfile):
    lines = [line for line in dockerfile.splitlines() if line and not line.startswith("#")]
    base = re.search(r"^ARG PYTHON=(\S+)$", dockerfile, re.MULTILINE)
    assert base
    assert re.fullmatch(r"3\.\d+-slim-\w+", base[1])
    assert [line for line in lines if line.startswith("FROM")] == [
        "FROM python:${PYTHON} AS build",
        "FROM python:${PYTHON}",
    ]
    last = lines[lines.index("FROM python:${PYTHON}") :]
    users = [line.split()[1] for line in last if line.startswith("USER")]
    assert users == ["10001"]
    starts = [line for line in last if line.startswith("CMD")]
    assert len(starts) == 1
    assert starts[0].startswith("CMD [")  # exec form: signals reach the server, not a shell
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(line.startswith("ADD") for line in lines)


def test_the_image_installs_only_what_is_pinned_and_keeps_no_cache(dockerfile):
    installs = re.findall(r"pip install [^&]*", dockerfile)
    assert all("--no-cache-dir" in line for line in installs)
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    for line in re.findall(r"apt-get install [^&]*", dockerfile):
        assert "--no-install-recommends" in line
    assert dockerfile.count("apt-get install") == dockerfile.count("rm -rf /var/lib/apt/lists/*")


def test_the_image_copies_what_is_there_and_the_context_holds_nothing_else(dockerfile):
    sources = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for name in line.split()[:-1]
    }
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert sources == let_in
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")  # secrets and data never reach a builder


def test_compose_gives_our_containers_no_more_than_they_need(compose):
    ours = [one for one in compose["services"].values() if one["image"].startswith("haikou")]
    assert len(ours) == 4
    for one in ours:
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in one  # only the front is seen from outside


def test_compose_names_versions_volumes_and_files_that_exist(compose):
    for one in compose["services"].values():
        assert re.search(r":[\d.]+$", one["image"])
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).is_file()
        assert set(one.get("depends_on", [])) <= set(compose["services"])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_service_is_hardened_and_starts_a_command_of_ours(unit):
    lines = unit.read_text().splitlines()
    assert set(lines) >= HARDENED
    command = next(line for line in lines if line.startswith("ExecStart=")).removeprefix("ExecStart=")
    assert {word.rsplit("/", 1)[1] for word in re.findall(r"/srv/stations/bin/\w+", command)} <= COMMANDS
    assert "/srv/stations/bin/" in command


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:  # it looks for the commands, too, which are not installed here
        (tmp_path / unit.name).write_text(re.sub(r"/srv/stations/bin/\w+", "/bin/true", unit.read_text()))
    names = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_every_timer_has_its_service_and_every_shell_line_can_be_read():
    names = {unit.name for unit in UNITS}
    assert {f"{unit.stem}.service" for unit in UNITS} <= names
    for unit in SERVICES:
        for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE):
            assert shlex.split(line)
