"""What a process loads before it serves anything."""

import subprocess
import sys

import pytest

from storage.tables import metadata

LATER = {
    "PIL",
    "pikepdf",
    "png",
    "prometheus_client",
    "pyhanko",
    "pypdfium2",
    "qrcode",
    "reportlab",
    "uvloop",
}


@pytest.mark.parametrize("module", ["api.main", "api.cli"])
def test_heavy_libraries_wait_for_their_first_use(module):
    """Neither the web process nor a command loads what draws and opens papers."""
    program = f"import sys, {module}; print(sorted({LATER} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "module", ["api.main", "api.worker", "api.operation.house", "api.demonstration.prepare"]
)
def test_every_process_knows_every_table(module):
    """Else what refers to a table of which nobody reads rows by its model could not be written."""
    program = f"import {module}; from storage.base import metadata; print(len(metadata.sorted_tables))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) == len(metadata.tables)
