"""The bench runs, and prints what those who read it by machine expect."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.stack import scratch_database
from infra.bench.catalogue import ENTRIES
from infra.bench.history import fill, first_days
from infra.bench.place import Place
from storage import migrations

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


@pytest.mark.verify
@pytest.mark.timeout(300)
def test_costs_are_reached_below_their_target(server_url: str, data_dir: Path):
    """What a send costs, and how many processes share the work, are measured and judged each in its direction."""
    wanted = ["history_claims", "workers"]
    done = subprocess.run(
        [sys.executable, "-m", "infra.bench", "--quick", "--json", "--only", *wanted],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": server_url, "TINDAN_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    cost, workers = json.loads(done.stdout)
    assert [cost["name"], workers["name"]] == wanted
    assert set(cost) == set(workers) == KEYS
    assert (cost["unit"], cost["target"]) == ("µs/delivery", 1.2)
    assert cost["reached"] is (cost["ratio"] < cost["target"])
    assert workers["reached"] is (workers["ratio"] >= workers["target"])
    assert set(workers["peers"]) == {"4 workers"}
    assert "200,000 finished sends" in done.stderr, "a quick run says that it is one"


@pytest.fixture
def place(server_url: str, data_dir: Path) -> Iterator[Place]:
    """A database of the test's own, for sends to be made up in."""
    with scratch_database(server_url, "tindan_test_bench") as url:
        migrations.upgrade(url)
        yield Place(url=url, data_dir=data_dir)


async def test_a_made_up_history_is_one_of_twelve_months(place: Place):
    """Half of it is this month's, no row is in the default partition, and all indexes are there again."""
    await place.make_partitions(*first_days())
    place.execute(
        "CREATE TABLE waiting AS SELECT gen_random_uuid() AS party_id, gen_random_uuid() AS agency_id, "
        "'push' AS channel, 2::int2 AS lane FROM generate_series(1, 7)"
    )
    indexes = """
        SELECT indrelid::regclass, indkey::text, indisprimary, indisvalid FROM pg_index
        WHERE indrelid::regclass::text LIKE 'finished_delivery%' ORDER BY 1, 2
    """
    by_month = """
        SELECT tableoid::regclass::text, count(*) FROM finished_delivery GROUP BY 1 ORDER BY max(finished_at)
    """
    said: list[str] = []
    with place.connect() as connection:
        before = connection.execute(indexes).fetchall()
        connection.commit()

        fill(place, 2400, said.append)

        found = connection.execute(by_month).fetchall()
        newest = connection.execute("SELECT max(finished_at) <= now() FROM finished_delivery").fetchone()
        assert connection.execute(indexes).fetchall() == before
    assert [rows for _, rows in found] == [109] * 11 + [1201]
    assert not any("default" in partition for partition, _ in found)
    assert newest == (True,)
    assert len(said) == 13


def test_every_figure_has_a_line_in_the_help():
    """Those who look for a figure find its name, its limit and its target."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.bench", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in ENTRIES:
        assert f"\n  {name} " in done.stdout


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
