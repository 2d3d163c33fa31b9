"""A small file costs little, whatever it becomes when it is read: measured in a process of its own."""

import subprocess
import sys

import pytest

from tests.files_that_swell import PICTURES, SWELLING
from tests.server import ROOT

MOST_SECONDS, MOST_MEGABYTES = 3, 60
MEGABYTES_OF_A_PICTURE = 260  # 25 million pixels of four bytes, and what the smaller one is made in


def cost(name):
    kind = "picture" if name in PICTURES else "list"
    done = subprocess.run(
        [sys.executable, "-m", "tests.files_that_swell", kind],
        input=SWELLING[name](), cwd=ROOT, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    said, seconds, megabytes = done.stdout.decode().split()
    return said, float(seconds), int(megabytes)


@pytest.mark.parametrize("name", SWELLING)
def test_a_small_file_costs_little(name):
    said, seconds, megabytes = cost(name)
    assert seconds < MOST_SECONDS
    assert megabytes < (MEGABYTES_OF_A_PICTURE if name in PICTURES else MOST_MEGABYTES)
    if "entities" in name:
        assert said == "refused"
