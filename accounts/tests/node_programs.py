"""Programs of the tests under Node. npm installs what they need, pinned by hash, into a folder that goes with them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")


def installed(name: str, factory: pytest.TempPathFactory, within: Path = HERE) -> Path:
    """Where a copy of the folder `name` runs. Skips where npm reaches no registry, unless services are required."""
    folder = factory.mktemp("node") / name
    shutil.copytree(within / name, folder)
    ran = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if ran.returncode and os.environ.get("REQUIRE_SERVICES") != "1":
        pytest.skip("left out; to have it, let npm reach its registry")
    assert ran.returncode == 0, ran.stderr
    return folder
