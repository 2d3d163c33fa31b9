"""`make docs`: every page is in the tree, and every link between them leads somewhere."""

import subprocess
import sys

from tests.server import ROOT


def test_the_documents_build_without_a_warning(tmp_path):
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees")]
    done = subprocess.run(
        [*build, "docs", str(tmp_path / "pages")],
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pages" / "adr" / "index.html").is_file()
