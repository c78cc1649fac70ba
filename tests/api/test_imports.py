"""What a process loads before it serves anything."""

import subprocess
import sys

import pytest

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
