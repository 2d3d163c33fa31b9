"""A small file costs little, whatever it becomes when it is read: measured in a process of its own."""

import json
import subprocess
import sys

from tests.files_that_swell import PICTURES, SWELLING
from tests.server import ROOT

MOST_SECONDS, MOST_MEGABYTES = 3, 60
MEGABYTES_OF_A_PICTURE = 320  # 100 million pixels of a progressive photo, before they are made fewer


def test_small_files_cost_little():
    command = [sys.executable, "-W", "ignore", "-m", "tests.files_that_swell"]
    costs = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=240).stdout)
    assert set(costs) == set(SWELLING)
    for name, (said, seconds, megabytes) in costs.items():
        assert seconds < MOST_SECONDS, name
        assert megabytes < (MEGABYTES_OF_A_PICTURE if name in PICTURES else MOST_MEGABYTES), name
        assert "entities" not in name or said == "refused", name
