"""The commands on signing keys: a rotation as an operator goes through it."""

import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from storage.signing import new_key


@pytest.fixture(autouse=True)
def _installation(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation outside development, of which nothing but the key is asked."""
    monkeypatch.setenv("TINDAN_ENV", "production")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("TINDAN_TOKEN_KEY", raising=False)


def tindan(*arguments: str, key: str = "") -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], env={"TINDAN_TOKEN_KEY": key})


def states(key: str) -> list[tuple[str, str]]:
    """Return what the list says of each key."""
    found: list[dict[str, Any]] = json.loads(tindan("list", "--json", key=key).stdout)
    return [(entry["kid"], entry["state"]) for entry in found]


def test_a_rotation() -> None:
    """From a lone PEM: the next key waits behind it, takes over in its time, and the old one drops out."""
    pem = new_key()
    ((old, state),) = states(pem)
    assert state == "signing"
    changed = tindan("rotate", "--in", "2", key=pem)
    ((kept, _), (new, _)) = states(changed.stdout)
    assert states(changed.stdout) == [(old, "signing"), (new, "next")]
    assert kept == old
    assert new in changed.stderr

    def hours_later(hours: float) -> str:
        """Move the time of the next key instead of the clock."""
        given = json.loads(changed.stdout)
        given["keys"][1]["nbf"] -= int(hours * 3600)
        return json.dumps(given)

    assert states(hours_later(2.05)) == [(old, "old"), (new, "signing")]
    assert states(hours_later(3)) == [(old, "over"), (new, "signing")]
    again = tindan("rotate", key=hours_later(3))
    assert states(again.stdout)[0] == (new, "signing")
    assert old not in again.stdout


def test_one_change_at_a_time() -> None:
    """While a key waits no further one is made."""
    waiting = tindan("rotate", key=new_key()).stdout
    refused = tindan("rotate", key=waiting)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "waits already" in refused.stderr


@pytest.mark.parametrize("hours", ["0", "-1", "9000", "soon"])
def test_lead(hours: str) -> None:
    """Who keeps a copy of the published keys must have the next one before it signs."""
    assert tindan("rotate", "--in", hours, key=new_key()).exit_code == 2


def test_fresh_set() -> None:
    """A new set holds one key, which signs at once, and differs each time."""
    first, second = (tindan("new").stdout for _ in range(2))
    ((kid, state),) = states(first)
    assert (state, first == second) == ("signing", False)
    assert json.loads(first)["keys"][0]["kid"] == kid


def test_list_for_people() -> None:
    """The table says which key signs and shows no private part."""
    key = tindan("rotate", key=new_key()).stdout
    shown = tindan("list", key=key).stdout
    assert all(word in shown for word in ("Đang ký · signing", "Sắp dùng · next"))
    assert all(one["d"] not in shown for one in json.loads(key)["keys"])
    told = json.loads(tindan("list", "--json", key=key).stdout)
    assert all(entry.keys() == {"kid", "state", "signs_from", "counts_until"} for entry in told)
    assert told[0]["signs_from"] is told[1]["counts_until"] is None
    assert time.time() < json.loads(key)["keys"][1]["nbf"] <= time.time() + 24 * 3600


def test_no_key() -> None:
    """Without a key the commands say which setting is missing."""
    for command in ("list", "rotate"):
        refused = tindan(command)
        assert refused.exit_code != 0
        assert "TINDAN_TOKEN_KEY" in str(refused.exception) + refused.output
