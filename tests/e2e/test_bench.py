"""The bench runs, and prints what those who read it by machine expect."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "unit", "ours", "limit", "peers", "ratio", "target", "reached"}


@pytest.mark.verify
@pytest.mark.timeout(300)
def test_a_quick_run_prints_one_array_of_figures(server_url: str, data_dir: Path):
    """A quick run of one figure prints exactly that figure, with its ratio to the limit of the same run."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.bench", "--quick", "--json", "--only", "noop_delivery"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": server_url, "TINDAN_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (figure,) = json.loads(done.stdout)
    assert set(figure) == KEYS
    assert (figure["name"], figure["unit"], figure["target"]) == ("noop_delivery", "deliveries/s", 0.6)
    assert set(figure["peers"]) == {"pgqueuer", "procrastinate"}
    assert all(rate > 0 for rate in (figure["ours"], figure["limit"], *figure["peers"].values()))
    assert figure["ratio"] == pytest.approx(figure["ours"] / figure["limit"], rel=0.5)
    assert figure["reached"] is (figure["ratio"] >= figure["target"])


def test_an_unknown_figure_is_refused():
    """A figure that does not exist is named, with those that do."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.bench", "--only", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "batch_push" in done.stderr
