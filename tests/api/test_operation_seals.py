"""`tindan seal`: a seal judged on any machine, and its keys changed, as operators and verifiers do it."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.operation.seals_show import FAULTS, OUTCOMES, STATES
from storage.engine import Engine
from storage.seals import issuing, repository
from storage.seals.errors import Fault
from storage.seals.issuing import NewSeal
from storage.seals.keys import SealKeys
from storage.seals.link import link
from storage.seals.repository import UnkeptSeal
from storage.seals.statuses import ENTRIES, SealState, pack, to_sign, with_signature
from storage.seals.verifying import Outcome
from storage.settings import StorageSettings
from storage.signing import new_key, read_keys
from storage.unit_of_work import UnitOfWork

ORIGINAL = b"%PDF-1.7 the original"
KEY = new_key()
OTHER = new_key()
PLACE = 3 * ENTRIES + 7


@pytest.fixture(autouse=True)
def _no_house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with neither server nor database nor settings."""
    monkeypatch.setenv("TINDAN_ENV", "production")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("DATABASE_URL", "TINDAN_SEAL_KEY", "TINDAN_SEAL_HOST"):
        monkeypatch.delenv(name, raising=False)


def tindan(*arguments: str, key: str = "", given: str = "") -> Result:
    return CliRunner().invoke(app, ["seal", *arguments], input=given, env={"TINDAN_SEAL_KEY": key})


def told(*arguments: str, **beside: Any) -> tuple[int, Any]:
    """Return the exit code and what was told to a program."""
    result = tindan(*arguments, "--json", **beside)
    assert result.stdout, result.output
    return result.exit_code, json.loads(result.stdout)


def sealed(key: str = KEY, **changes: Any) -> UnkeptSeal:
    given: dict[str, Any] = {
        "issuer": "dichvucong.gov.vn",
        "agency_code": "H26",
        "issued_at": datetime.now(UTC),
        "procedure_code": "1.001193",
        "holder": "N.V.A.",
        "sha256": sha256(ORIGINAL).digest(),
    }
    new = NewSeal(**(given | changes))
    return asyncio.run(issuing.sign(SealKeys(read_keys(key)), new, status_index=PLACE))


def printed(seal: UnkeptSeal) -> str:
    return link("dichvucong.gov.vn", seal.code, seal.token).text


def listed(states: dict[SealState, list[int]], number: int = PLACE // ENTRIES) -> str:
    key = SealKeys(read_keys(KEY)).signing(0)
    text = to_sign(
        f"https://x.vn/v1/status-lists/{number}",
        pack(states),
        kid=key.public.kid,
        issued_at=int(time.time()),
        ttl=900,
    )
    return with_signature(text, asyncio.run(key.sign(text.encode())))


SEAL = sealed()
LINK = printed(SEAL)


@pytest.fixture
def published(tmp_path: Path) -> str:
    """A file with the keys as they are published."""
    path = tmp_path / "keys.json"
    path.write_text(tindan("keys", "published", key=KEY).stdout)
    return str(path)


@pytest.mark.parametrize("way", ["argument", "input", "token alone"])
def test_a_valid_seal(published: str, way: str) -> None:
    """By the published keys alone, the link given in any way."""
    text = LINK.partition("#")[2] if way == "token alone" else LINK.lower()
    given = {"given": f"{text}\n"} if way == "input" else {}
    code, answer = told("verify", *([] if given else [text]), "--keys", published, **given)
    assert (code, answer["outcome"], answer["reason"]) == (0, "valid", None)
    assert answer["claims"]["seal_id"] == str(SEAL.id)
    assert answer["claims"]["file_hash"] == sha256(ORIGINAL).hexdigest()[:32]
    assert answer["key"] == {"kid": SEAL.key_id, "withdrawn_at": None}
    assert answer["code"] == (None if way == "token alone" else SEAL.code)
    assert answer["status"] is answer["file"] is None


def test_by_the_keys_of_this_installation() -> None:
    """Where none are named; and where there are none, it is said."""
    assert told("verify", LINK, key=KEY)[0] == 0
    refused = tindan("verify", LINK)
    assert refused.exit_code != 0
    assert "TINDAN_SEAL_KEY" in str(refused.exception) + refused.output


def test_for_people(published: str) -> None:
    """In both languages, the host among the first lines, and nothing else on standard output."""
    shown = tindan("verify", LINK, "--keys", published).stdout
    for words in ("Con dấu hợp lệ · the seal is valid", "dichvucong.gov.vn", SEAL.code, "1.001193", "N.V.A."):
        assert words in shown
    assert shown.index("dichvucong.gov.vn") < shown.index("1.001193")


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        (printed(sealed(OTHER)), "unknown_key", None),
        (LINK[:-1] + ("A" if LINK[-1] != "A" else "I"), None, None),
        (
            printed(
                sealed(
                    issued_at=datetime(2020, 1, 1, tzinfo=UTC), expires_at=datetime(2021, 1, 1, tzinfo=UTC)
                )
            ),
            "expired",
            None,
        ),
        (LINK.partition("#")[0], "broken", "no_token"),
        ("https://example.com", "broken", "no_link"),
        ("A" * 5000, "broken", "too_long"),
    ],
    ids=["foreign", "changed", "over", "no token", "no link", "too long"],
)
def test_what_is_not_good(published: str, text: str, outcome: str | None, reason: str | None) -> None:
    """Each ends with code 1, told by name to programs and in words to people."""
    for given in ([text], []):
        code, answer = told("verify", *given, "--keys", published, given="" if given else text)
        assert code == 1
        if outcome:
            assert (answer["outcome"], answer["reason"]) == (outcome, reason)
    shown = tindan("verify", text, "--keys", published)
    assert shown.exit_code == 1
    assert OUTCOMES[Outcome(answer["outcome"])] in shown.stdout


def test_a_file_is_compared(published: str, tmp_path: Path) -> None:
    """The original is the same, another one is not, and a reserved seal can not tell."""
    original, other = tmp_path / "original.pdf", tmp_path / "other.pdf"
    original.write_bytes(ORIGINAL)
    other.write_bytes(ORIGINAL + b"\n")
    reserved = printed(sealed(sha256=None))
    for text, file, expected in (
        (LINK, original, (0, "same")),
        (LINK, other, (1, "other")),
        (reserved, original, (1, "not_in_seal")),
    ):
        code, answer = told("verify", text, "--keys", published, "--file", str(file))
        assert (code, answer["file"]) == expected
    assert (
        "Khác tệp gốc · another file"
        in tindan("verify", LINK, "--keys", published, "--file", str(other)).stdout
    )


@pytest.mark.parametrize("state", SealState)
def test_a_status_list_is_asked(published: str, tmp_path: Path, state: SealState) -> None:
    """It tells how the seal stands, and as of when."""
    path = tmp_path / "list.jwt"
    path.write_text(listed({state: [PLACE % ENTRIES]} if state is not SealState.VALID else {}))
    code, answer = told("verify", LINK, "--keys", published, "--status", str(path))
    assert (code, answer["status"]) == (0 if state is SealState.VALID else 1, state)
    assert abs(datetime.fromisoformat(answer["status_as_of"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert STATES[state] in tindan("verify", LINK, "--keys", published, "--status", str(path)).stdout


@pytest.mark.parametrize("text", ["", "x.y.z", "\x00\xff", listed({}, number=2), listed({})[:-6] + "AAAAAA"])
def test_a_status_list_that_is_none(published: str, tmp_path: Path, text: str) -> None:
    """A list that is forged, damaged or another one is no answer."""
    path = tmp_path / "list.jwt"
    path.write_text(text, encoding="latin-1")
    refused = tindan("verify", LINK, "--keys", published, "--status", str(path))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--status" in refused.stderr


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"keys": 1}', KEY, json.dumps({"keys": [read_keys(KEY)[0].as_dict(private=True)]})],
)
def test_keys_that_are_none(tmp_path: Path, text: str) -> None:
    """A secret key among them is not taken for a published one."""
    path = tmp_path / "keys.json"
    path.write_text(text)
    for place in (str(path), str(tmp_path / "missing"), str(tmp_path)):
        refused = tindan("verify", LINK, "--keys", place)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "--keys" in refused.stderr


@pytest.fixture
def publisher() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A server on this machine, and what it has at which path."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            self.send_response(302 if self.path == "/moved" else 200 if found is not None else 404)
            if self.path == "/moved":
                self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()
        thread.join()


def test_keys_are_fetched(publisher: tuple[str, dict[str, bytes]], published: str) -> None:
    """From an address, within bounds, and by https but on one's own machine."""
    address, pages = publisher
    pages["/keys"] = Path(published).read_bytes()
    pages["/large"] = pages["/keys"] + b" " * 70_000
    assert told("verify", LINK, "--keys", f"{address}/keys")[0] == 0
    for place, words in (
        (f"{address}/none", "404"),
        (f"{address}/moved", "302"),
        (f"{address}/large", "too large"),
        ("http://127.0.0.1:1/keys", "ConnectError"),
        ("http://example.vn/keys", "https address"),
        ("file:///etc/passwd", "https address"),
        ("https://", "--keys"),
    ):
        refused = tindan("verify", LINK, "--keys", place)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert words in " ".join(refused.stderr.split())


def test_inspect() -> None:
    """It shows what a seal says and that nobody proved it, a stranger's as well."""
    stranger = sealed(OTHER)
    code, answer = told("inspect", printed(stranger))
    assert (code, answer["bytes"], answer["code"]) == (0, len(stranger.token), stranger.code)
    assert answer["claims"]["holder"] == "N.V.A."
    assert "Chưa kiểm tra chữ ký · the signature was not checked" in tindan("inspect", given=LINK).stdout


@pytest.mark.parametrize(
    ("text", "reason"), [("x.vn", Fault.BASE32), ("MFRGG", Fault.SHAPE), ("", Fault.NO_LINK)]
)
def test_inspect_what_is_none(text: str, reason: Fault) -> None:
    """The reason has a name for programs and words for people."""
    assert told("inspect", given=text) == (1, {"reason": reason})
    shown = tindan("inspect", given=text)
    assert (shown.exit_code, shown.stdout.strip()) == (1, FAULTS[reason])


def states(key: str) -> list[tuple[str, str]]:
    return [(one["kid"], one["state"]) for one in told("keys", "list", key=key)[1]]


def test_keys_change() -> None:
    """From a lone PEM over a rotation to a withdrawal: what was sealed stays good until the time that is named."""
    ((old, state),) = states(KEY)
    assert (state, old) == ("sealing", SEAL.key_id)
    changed = tindan("keys", "rotate", "--in", "2", key=KEY)
    new = states(changed.stdout)[1][0]
    assert states(changed.stdout) == [(old, "sealing"), (new, "next")]
    assert new in changed.stderr
    assert tindan("keys", "rotate", key=changed.stdout).exit_code == 2
    given = json.loads(changed.stdout)
    given["keys"][1]["nbf"] = int(time.time()) - 1
    assert states(json.dumps(given)) == [(old, "retired"), (new, "sealing")]
    gone = tindan("keys", "withdraw", old[:8], key=json.dumps(given)).stdout
    assert states(gone) == [(old, "withdrawn"), (new, "sealing")]
    assert told("verify", LINK, key=gone)[1]["outcome"] == "valid"
    stolen = tindan("keys", "withdraw", old, "--at", "2d", key=gone).stdout
    assert "d" not in json.loads(stolen)["keys"][0]
    code, answer = told("verify", LINK, key=stolen)
    assert (code, answer["outcome"]) == (1, "withdrawn_key")
    assert answer["key"]["withdrawn_at"]


def test_keys_for_people() -> None:
    """The table says which key seals, and nothing shows a secret."""
    key = tindan("keys", "rotate", key=tindan("keys", "new").stdout).stdout
    shown = tindan("keys", "list", key=key).stdout
    assert all(words in shown for words in ("Đang ký · sealing", "Sắp dùng · next"))
    for told_of in (shown, tindan("keys", "published", key=key).stdout):
        assert all(one["d"] not in told_of for one in json.loads(key)["keys"])


@pytest.mark.parametrize("arguments", [("withdraw", "nobody"), ("withdraw", ""), ("rotate", "--in", "0")])
def test_keys_that_do_not_change(arguments: tuple[str, ...]) -> None:
    """What can not be done is told, and nothing printed that could be put in place."""
    refused = tindan("keys", *arguments, key=KEY)
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_all_faults_have_words() -> None:
    """But those that only lists, sets and settings can have."""
    assert set(Fault) - FAULTS.keys() == {Fault.STATUS_LIST, Fault.KEY_SET}
    assert (set(OUTCOMES), set(STATES)) == (set(Outcome), set(SealState))


async def test_list(
    engine: Engine,
    settings: StorageSettings,
    unit_of_work: Callable[[], UnitOfWork],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The latest first, of one state where that is asked, and behind a place."""
    keys = SealKeys(read_keys(KEY))
    now = datetime.now(UTC)
    new = NewSeal(issuer="x.vn", agency_code="H26", issued_at=now)
    async with unit_of_work() as uow:
        seals = [await issuing.reserve(uow, keys, new) for _ in range(3)]
        await repository.revoke(uow, seals[1].id, reason="Cấp sai [bold]", now=now)
        await uow.commit()
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())

    async def codes(*arguments: str) -> list[str]:
        return [one["code"] for one in (await asyncio.to_thread(told, "list", *arguments))[1]]

    all_codes = [seal.code for seal in reversed(seals)]
    assert await codes() == all_codes
    assert await codes("--before", str(seals[2].status_index)) == all_codes[1:]
    assert await codes("--state", "revoked") == [seals[1].code]
    shown = (await asyncio.to_thread(tindan, "list")).stdout
    assert all(words in shown for words in (*all_codes, "Đã bị thu hồi · revoked", "Cấp sai [bold]"))
