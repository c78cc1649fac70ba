"""What `tindan conformance` says without playing anything, and what it refuses."""

import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.conformance.checks.catalogue import CHECKS
from api.conformance.command import _used
from api.conformance.doors import Door
from api.conformance.scenarios import BY_NAME, SCENARIOS

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _development(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets what is not set, and other tests are to be left alone."""
    monkeypatch.setenv("TINDAN_ENV", "development")


def test_all_is_listed():
    """Scenarios and checks, for people and for programs."""
    listed = RUNNER.invoke(app, ["conformance", "list", "--json"])
    given = json.loads(listed.stdout)
    assert [one["name"] for one in given["scenarios"]] == [one.name for one in SCENARIOS]
    assert {one["id"]: one["level"] for one in given["checks"]} == {one.id: one.level.value for one in CHECKS}
    assert {one["name"]: set(one["doors"]) for one in given["scenarios"]} == {
        one.name: {door.value for door in one.doors} for one in SCENARIOS
    }
    assert [one["name"] for one in given["doors"]] == [door.value for door in Door]
    shown = RUNNER.invoke(app, ["conformance", "list"], env={"COLUMNS": "200"}).stdout
    assert all(one.title.vi in shown and one.title.en in shown for one in (*SCENARIOS, *CHECKS))
    assert all(door.words.vi in shown and door.words.en in shown for door in Door)


def test_a_check_is_explained():
    """Title, reason and remedy, in both languages."""
    given = json.loads(RUNNER.invoke(app, ["conformance", "explain", "stable-ids", "--json"]).stdout)
    assert set(given) == {"id", "level", "title", "why", "mend"}
    shown = RUNNER.invoke(app, ["conformance", "explain", "stable-ids"], env={"COLUMNS": "500"}).stdout
    assert given["mend"]["vi"] in shown
    assert given["mend"]["en"] in shown


def test_the_schema_is_printed():
    """As JSON schema."""
    given = json.loads(RUNNER.invoke(app, ["conformance", "schema"]).stdout)
    assert given["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize(
    ("named", "chosen", "used"),
    [
        ("events, tables", [], {Door.EVENTS, Door.TABLES}),
        (None, ["bad-row", "plain"], {Door.EVENTS, Door.TABLES}),
        ("events", ["bad-row"], {Door.EVENTS}),
        (None, [], None),
    ],
)
def test_doors_are_those_named_or_those_of_scenarios_that_are(
    named: str | None, chosen: list[str], used: set[Door] | None
):
    """Where nothing is named, it is for the integration to say."""
    assert _used(named, [BY_NAME[name] for name in chosen]) == used


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "no-such"], "no check no-such"),
        (["run"], "either --agency-command or --wait"),
        (["run", "--wait", "--agency-command", "x"], "either --agency-command or --wait"),
        (["run", "--wait", "--only", "no-such"], "no scenario no-such"),
        (["run", "--agency-command", ""], "--agency-command is empty"),
        (["run", "--wait", "--doors", "events,no-such"], "no door 'no-such'"),
        (["run", "--wait", "--doors", " , "], "there are events, results, dossiers, arrangements, tables"),
        (["run", "--wait", "--doors", "results"], "there are some for: events, results"),
        (["run", "--wait", "--doors", "events", "--only", "bad-row"], "no scenario is for these alone"),
        (["run", "--agency-command", "'open"], "--agency-command"),
    ],
)
def test_what_can_not_be_done_is_said_at_once(arguments: list[str], said: str):
    """With exit code 2, before anything is brought up."""
    done = RUNNER.invoke(app, ["conformance", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert said in done.output


def test_it_is_for_development_alone(monkeypatch: pytest.MonkeyPatch):
    """Nothing is brought up beside a production."""
    monkeypatch.setenv("TINDAN_ENV", "production")
    done = RUNNER.invoke(app, ["conformance", "run", "--wait"], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert "development only" in done.output
