"""`tindan agency`: agencies and the clients that speak for them, on the database of the run."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from joserfc.jwk import ECKey, KeySet
from typer.testing import CliRunner

from api.cli import app
from auth.agencies import authenticate
from auth.errors import OAuthError
from storage.agencies.clients import find_client
from storage.engine import Engine, libpq_url
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

WARD = {"code": "H26.1", "parent": "H26", "name": "Phường Thử Nghiệm", "aliases": ["000.00.01.H26"]}
CITY = {"code": "000.00.00.H26", "name": "Thành phố Minh Họa"}
OLD = {"code": "H25", "name": "Thành phố Cũ", "valid_to": "2025-06-30", "successor": "H26"}

Said = tuple[int, str, str]
Tindan = Callable[..., Awaitable[Said]]
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return its exit code, what it printed, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip(), " ".join(result.stderr.split())

    return run


@pytest.fixture
def query(settings: StorageSettings) -> Iterator[Query]:
    """Ask the database for rows."""
    with psycopg.connect(libpq_url(settings.require_database_url()), autocommit=True) as connection:
        yield lambda text: connection.execute(text.encode()).fetchall()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Write a file; return its path."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "given.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def lines(*records: dict[str, Any]) -> str:
    """Write records one a line, with a blank one between."""
    return "\n\n".join(json.dumps(record, ensure_ascii=False) for record in records)


async def test_agencies_come_in_and_are_renamed(tindan: Tindan, query: Query, written):
    """A file is taken with old and new codes, and again with another name, which replaces the first."""
    file = written("\ufeff" + json.dumps([CITY, WARD]))
    assert (await tindan("agency", "import", file))[:2] == (0, "2 cơ quan · agencies")
    before = query("SELECT code, name, id, lineage FROM agency ORDER BY code")
    assert [row[:2] for row in before] == [("H26", CITY["name"]), ("H26.1", WARD["name"])]
    assert before[1][3] == [before[0][2], before[1][2]]
    assert query("SELECT code FROM agency_alias") == [("H26.01",)]

    file = written(json.dumps([{"code": "H26.1", "name": "Phường Mới"}]))
    assert (await tindan("agency", "import", file))[:2] == (0, "1 cơ quan · agencies")
    after = query("SELECT code, name, id, lineage FROM agency ORDER BY code")
    assert after == [before[0], ("H26.1", "Phường Mới", *before[1][2:])]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "given.json, line 1: it is no JSON"),
        ('{"code": "H26"}', "given.json, line 1, name: Field required"),
        (lines(CITY, {"code": "H26.1"}), "given.json, line 3, name: Field required"),
        (lines(CITY, OLD | {"successor": "H99"}), "line 3, successor: there is no agency H99"),
        (lines(CITY, OLD | {"valid_to": None}), "line 3: successor: what does not end"),
        (lines(CITY, OLD | {"valid_to": "30/06/2025"}), "line 3, valid_to: "),
        (lines(CITY, OLD | {"valid_from": "2025-07-01"}), "line 3: valid_to is before valid_from"),
        (lines(CITY | {"valid_to": "2025-06-30", "successor": "H25"}, OLD), "line 1, successor: from H25 it"),
        (
            lines(CITY | {"valid_to": "2025-06-30", "successor": "H26"}),
            "line 1, successor: from H26 it leads",
        ),
        (b"[\n\xff]", "given.json, line 2: it is not UTF-8"),
        ("[5]", "given.json, item 1: Input should be a valid dictionary"),
        ('[{"name": "X"}]', "item 1, code: Field required"),
        ('[{"code": "H26", "name": " "}]', "item 1, name: String should have at least 1 character"),
        ('[{"code": "H26", "name": null}]', "item 1, name: Input should be a valid string"),
        ('[{"code": "H 26", "name": "X"}]', "item 1, code: it is no code of an agency"),
        ('[{"code": "H26", "name": "X", "aliases": "H27"}]', "item 1, aliases: Input should be a valid list"),
        (
            '[{"code": "H26", "name": "X", "aliases": ["H27", "-"]}]',
            "item 1, aliases, 1, code: it is no code",
        ),
        ('[{"code": "H26", "name": "X", "paretn": "H27"}]', "item 1, paretn: Extra inputs are not permitted"),
        ('[{"code": "H26", "name": "a\\u0000"}]', "item 1, name: Text must hold no control characters"),
        (json.dumps([CITY, CITY]), "item 2, code: H26 stands in the file twice"),
        (json.dumps([CITY, {**WARD, "parent": "H27"}]), "item 2, parent: there is no agency H27"),
        (json.dumps([WARD, CITY]), "item 1, parent: there is no agency H26"),
    ],
)
async def test_a_bad_file_of_agencies_changes_nothing(
    tindan: Tindan, query: Query, written, content: str | bytes, fault: str
):
    """Place and field are named, and not even the good entries are kept."""
    code, _, said = await tindan("agency", "import", written(content))
    assert code == 2
    assert fault in said
    assert query("SELECT count(*) FROM agency") == [(0,)]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"code": "H26.01", "name": "X"}, "code: H26.01 is another code of H26.1"),
        (
            {"code": "H26.2", "name": "X", "aliases": ["H26.01"]},
            "aliases: H26.01 is a code of another agency",
        ),
        ({"code": "H26.2", "name": "X", "aliases": ["H26.1"]}, "aliases: H26.1 is a code of another agency"),
        ({**WARD, "parent": "G09"}, "parent: H26.1 is there already, and not below G09"),
    ],
)
async def test_what_an_import_does_not_do_is_said(
    tindan: Tindan, query: Query, written, entry: dict[str, Any], fault: str
):
    """A code that is another agency's, and a move to another parent, are refused with the whole file."""
    file = written(json.dumps([CITY, WARD, {"code": "G09", "name": "Bộ Trình diễn"}]))
    assert (await tindan("agency", "import", file))[0] == 0
    renamed = {"code": "H26", "name": "Tên khác"}
    code, _, said = await tindan("agency", "import", written(json.dumps([renamed, entry])))
    assert code == 2
    assert f"item 2, {fault}" in said
    assert query("SELECT name FROM agency WHERE code = 'H26'") == [(CITY["name"],)]
    assert query("SELECT count(*) FROM agency") == [(3,)]


async def test_a_code_is_given_on_from_a_day(tindan: Tindan, query: Query, written):
    """From the first day on which its old agency has it no more, and never on a day on which both would."""
    heir = {"code": "H26.55", "name": "Phường Mới", "parent": "H26"}
    given_on = {"aliases": [{"code": "H26.1", "valid_from": "2025-07-01"}]}
    gone = WARD | {"valid_to": "2025-06-30"}
    assert (await tindan("agency", "import", written(lines(CITY, WARD))))[0] == 0
    code, _, said = await tindan("agency", "import", written(lines(heir | given_on)))
    assert (code, "line 1, aliases: H26.1 is a code of another agency" in said) == (2, True)
    assert (await tindan("agency", "import", written(lines(gone, heir | given_on))))[0] == 0
    assert query("SELECT code, valid_from::text, valid_to FROM agency_alias WHERE code = 'H26.1'") == [
        ("H26.1", "2025-07-01", None)
    ]
    shown = json.loads((await tindan("agency", "show", "H26.1", "--json"))[1])
    assert (shown["agency"]["code"], shown["agency"]["alias_days"]) == (
        "H26.55",
        {"H26.1": ["2025-07-01", None]},
    )
    assert "H26.1 (2025-07-01 – …)" in (await tindan("agency", "show", "H26.55"))[1]
    code, _, said = await tindan("agency", "import", written(lines(WARD | {"valid_to": "2025-07-01"})))
    assert (code, "line 1, code: H26.1 is a code of another agency" in said) == (2, True)
    wrong = {"code": "G09.1", "valid_from": "2025-07-02", "valid_to": "2025-07-01"}
    code, _, said = await tindan("agency", "import", written(lines(heir | {"aliases": [wrong]})))
    assert (code, "valid_to is before valid_from" in said) == (2, True)


async def test_terms_and_successors(tindan: Tindan, query: Query, written):
    """Days and successors come in, in any order; a later rename leaves them, and naming one sets all."""
    old = "SELECT name, valid_from::text, valid_to::text, successor_id FROM agency WHERE code = 'H25'"
    assert (await tindan("agency", "import", written(lines(OLD, CITY))))[0] == 0
    ((heir,),) = query("SELECT id FROM agency WHERE code = 'H26'")
    assert query(old) == [("Thành phố Cũ", None, "2025-06-30", heir)]
    assert (await tindan("agency", "add", "H25", "Tên cũ"))[0] == 0
    assert query(old) == [("Tên cũ", None, "2025-06-30", heir)]
    shown = json.loads((await tindan("agency", "show", "000.00.00.H25", "--json"))[1])
    assert shown["speakers"] == ["H26"]
    assert (shown["agency"]["in_force"], shown["agency"]["successor"]) == (False, "H26")
    assert (await tindan("agency", "add", "H25", "Tên cũ", "--valid-from", "2020-01-01"))[0] == 0
    assert query(old) == [("Tên cũ", "2020-01-01", None, None)]


async def test_one_agency_is_added_as_by_a_line(tindan: Tindan, query: Query, written):
    """Its codes are read in any form, and what is wrong with it is said."""
    await tindan("agency", "add", "000.00.00.H26", "Thành phố")
    code, said, _ = await tindan(
        "agency", "add", "H26.1", "Phường", "--parent", "H26", "--alias", "000.00.01.H26", "--json"
    )
    assert (code, json.loads(said)) == (0, {"agencies": 1})
    assert query("SELECT code FROM agency_alias") == [("H26.01",)]
    for arguments, fault in (
        (("H26.2", "X", "--parent", "H99"), "parent: there is no agency H99"),
        (("H 26", "X"), "code: it is no code of an agency"),
        (("H26.2", "X", "--successor", "H26"), "successor: what does not end"),
        (("H26.2", "X", "--valid-to", "soon"), "Invalid value"),
    ):
        code, _, said = await tindan("agency", "add", *arguments)
        assert (code, fault in said) == (2, True), said


async def test_agencies_are_listed(tindan: Tindan, written):
    """All, or those of a subtree; for a person with days and clients."""
    await tindan("agency", "import", written(lines(CITY, WARD, OLD)))
    await tindan("agency", "client", "add", "H26.1", "portal-1")
    found = json.loads((await tindan("agency", "list", "--json"))[1])
    assert [(one["code"], one["clients"]) for one in found] == [
        ("H25", []),
        ("H26", []),
        ("H26.1", ["portal-1"]),
    ]
    found = json.loads((await tindan("agency", "list", "--below", "H26", "--json"))[1])
    assert [one["code"] for one in found] == ["H26", "H26.1"]
    _, said, _ = await tindan("agency", "list")
    assert "… – 30/06/2025, nay không · not now" in said
    code, _, said = await tindan("agency", "show", "H99")
    assert (code, "there is no agency H99" in said) == (2, True)


@pytest.fixture
async def city(tindan: Tindan, written) -> None:
    """A city and a ward."""
    await tindan("agency", "import", written(lines(CITY, WARD)))


@pytest.fixture
def opens(reading: Callable[[], Reading]) -> Callable[[str], Awaitable[bool]]:
    """Say whether a secret opens the door for `portal-1`."""

    async def tried(secret: str) -> bool:
        async with reading() as read:
            try:
                await authenticate(read, client_id="portal-1", secret=secret)
            except OAuthError:
                return False
            return True

    return tried


async def test_a_client_is_registered_once(tindan: Tindan, city, opens, query: Query):
    """The secret that is printed, alone, opens the door, by any code of the agency; the id is then taken."""
    code, secret, said = await tindan("agency", "client", "add", "000.00.01.H26", "portal-1")
    assert (code, len(secret), "is registered" in said) == (0, 43, True)
    assert await opens(secret)
    assert query("SELECT a.code, c.scopes FROM agency_client c JOIN agency a ON a.id = c.agency_id") == [
        ("H26.1", ["events"])
    ]
    code, said, beside = await tindan("agency", "client", "add", "H26", "portal-1")
    assert (code, said, "the id portal-1 is taken" in beside) == (2, "", True)
    assert await opens(secret)


async def test_rotation_shows_its_overlap(tindan: Tindan, city, opens):
    """Both secrets open until the end that is printed; with no overlap the old one ends at once."""
    _, first, _ = await tindan("agency", "client", "add", "H26", "portal-1")
    code, second, said = await tindan("agency", "client", "rotate", "portal-1")
    assert (code, "the old ones are good until" in said) == (0, True)
    assert [await opens(first), await opens(second)] == [True, True]
    _, told, _ = await tindan("agency", "client", "rotate", "portal-1", "--overlap", "0m", "--json")
    third = json.loads(told)
    assert third.keys() == {"client", "credential", "secret", "others_end"}
    assert [await opens(one) for one in (first, second, third["secret"])] == [False, False, True]


async def test_keys_and_their_ends(tindan: Tindan, city, opens, written, reading):
    """Keys come from a file or an address, beside the secret; each proof is shown, and revoked, alone."""
    key = ECKey.generate_key("P-256", {"kid": "first"})
    file = written(json.dumps(KeySet([key]).as_dict(private=False) | {"note": "left out"}))
    _, secret, _ = await tindan("agency", "client", "add", "H26", "portal-1")
    assert (await tindan("agency", "client", "keys", "portal-1", "--keys", file))[0] == 0
    assert (await tindan("agency", "client", "keys", "portal-1", "--keys-url", "https://keys.example.vn/"))[
        0
    ] == 0
    async with reading() as read:
        known = await find_client(read, "portal-1")
    assert (len(known.secrets), known.key_urls) == (1, ("https://keys.example.vn/",))
    assert [one["keys"][0]["kid"] for one in known.key_sets] == ["first"]
    shown = json.loads((await tindan("agency", "client", "show", "portal-1", "--json"))[1])
    proofs = [
        (one["kind"], one["kids"], one["good"], bool(one["valid_until"])) for one in shown["credentials"]
    ]
    assert proofs == [
        ("secret", [], True, False),
        ("keys", ["first"], True, True),
        ("keys_url", [], True, False),
    ]
    assert secret not in json.dumps(shown)
    for proof in shown["credentials"][:2]:
        assert (await tindan("agency", "client", "revoke", "portal-1", proof["id"]))[0] == 0
    assert not await opens(secret)
    async with reading() as read:
        known = await find_client(read, "portal-1")
    assert (known.secrets, known.key_sets) == ((), ())
    _, said, _ = await tindan("agency", "client", "show", "portal-1")
    assert "khoá ở · keys at" in said


async def test_a_client_with_keys_has_no_secret(tindan: Tindan, city, written, query: Query):
    """What is registered with keys from the start proves itself by them alone."""
    key = ECKey.generate_key("P-256")
    file = written(json.dumps(KeySet([key]).as_dict(private=False)))
    code, told, _ = await tindan("agency", "client", "add", "H26", "portal-1", "--keys", file, "--json")
    assert (code, json.loads(told)) == (0, {"client": "portal-1", "secret": None})
    assert query("SELECT secret_hash, keys IS NOT NULL FROM client_credential") == [(None, True)]


async def test_a_disabled_client(tindan: Tindan, city, opens):
    """Its secret opens nothing until it is enabled; who is not there is named."""
    _, secret, _ = await tindan("agency", "client", "add", "H26", "portal-1")
    for word, expected in (("disable", False), ("disable", False), ("enable", True)):
        assert (await tindan("agency", "client", word, "portal-1"))[0] == 0
        assert await opens(secret) is expected
    for words in (("disable",), ("enable",), ("rotate",), ("show",), ("limit",)):
        code, _, said = await tindan("agency", "client", *words, "portal-2")
        assert (code, "there is no client portal-2" in said) == (2, True)


async def test_limits(tindan: Tindan, city, query: Query):
    """A client's own limit is set whole, shown, and taken back."""
    await tindan("agency", "client", "add", "H26", "portal-1")
    assert (await tindan("agency", "client", "limit", "portal-1", "--rate", "5", "--burst", "60"))[0] == 0
    assert query("SELECT event_rate, event_burst FROM agency_client") == [(5.0, 60)]
    assert "5/s, 60" in (await tindan("agency", "client", "list", "--agency", "H26"))[1]
    assert (await tindan("agency", "client", "limit", "portal-1"))[0] == 0
    assert query("SELECT event_rate, event_burst FROM agency_client") == [(None, None)]
    assert json.loads((await tindan("agency", "client", "list", "--agency", "H26.1", "--json"))[1]) == []
    for options in (("--rate", "5"), ("--rate", "0", "--burst", "1")):
        assert (await tindan("agency", "client", "limit", "portal-1", *options))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("H99", "portal-1"), "there is no agency H99"),
        (("H 26", "portal-1"), "H 26 is no code of an agency"),
        (("H26", "a b"), "a client id has 3 to 64 letters"),
        (("H26", "portal-1", "--scope", "everything"), "'everything' is not"),
        (("H26", "portal-1", "--keys-url", "http://keys.example.vn"), "it must be an https address"),
    ],
)
async def test_a_client_that_can_not_be(
    tindan: Tindan, city, query: Query, arguments: tuple[str, ...], fault: str
):
    """What is wrong is said, and no client is made."""
    code, _, said = await tindan("agency", "client", "add", *arguments)
    assert code == 2
    assert fault in said
    assert query("SELECT count(*) FROM agency_client") == [(0,)]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "given.json: "),
        ("{}", "it is no JWK set"),
        (json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}), "it holds a secret key"),
        (" " * 70_000, "it is larger than 65536 bytes"),
    ],
)
async def test_bad_key_files(tindan: Tindan, city, written, content: str, fault: str):
    """A file that is no set of public keys is refused with its reason."""
    code, _, said = await tindan("agency", "client", "add", "H26", "portal-1", "--keys", written(content))
    assert (code, fault in said) == (2, True), said
