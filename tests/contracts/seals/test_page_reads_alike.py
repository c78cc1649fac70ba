"""Seals before readers that share nothing with ours: the page's own scripts, and a third library, both in Node."""

import base64
import json
import random
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.seals import es256, statuses
from storage.seals.claims import SealClaims
from storage.seals.key_sets import KeySet
from storage.seals.statuses import SealState, pack, read_status_list
from storage.seals.verifying import Outcome, verify
from tests.contracts.seals.tokens import (
    NOW,
    Signatory,
    changed,
    claims,
    disguised,
    key_set,
    misleading,
    sharing_an_id,
    signatory,
    text_of,
    twin,
)

pytestmark = pytest.mark.verify

ROOT = Path(__file__).parents[3]
INFRA, VERIFY = ROOT / "infra" / "verify", ROOT / ".tindan" / "verify"
PAGES = ROOT / "api" / "verify" / "pages"
SCRIPTS = [PAGES / name for name in ("cbor.js", "seal.js", "statuses.js")]
SEALS = 200
LIST = "https://xacthuc.example.gov.vn/v1/status-lists/7"
SAID_OF = {
    Outcome.VALID: ("good", None),
    Outcome.EXPIRED: ("good", None),
    Outcome.WITHDRAWN_KEY: ("bad", "withdrawn"),
    Outcome.UNKNOWN_KEY: ("bad", "unknown-key"),
    Outcome.FORGED: ("bad", "forged"),
    Outcome.BROKEN: ("bad", "damaged"),
}


def node(script: Path, told: dict[str, Any], *arguments: Path) -> Any:
    """Run a script, and return its answer."""
    done = subprocess.run(
        ["node", str(script), *map(str, arguments)],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_the_page(keys: KeySet, texts: list[str]) -> list[dict[str, Any]]:
    """Have the page's scripts judge tokens."""
    found: list[dict[str, Any]] = node(
        INFRA / "page_seals.mjs", {**keys.as_dict(), "texts": texts}, *SCRIPTS
    )["seals"]
    return found


def by_another(keys: KeySet, tokens: list[bytes]) -> list[dict[str, Any] | None]:
    """Have another library read tokens; None for what it refuses."""
    # A module is looked for from where the script lies: so it lies beside what npm installed.
    script = Path(shutil.copy(INFRA / "independent_seals.mjs", VERIFY))
    encoded = [base64.urlsafe_b64encode(token).decode() for token in tokens]
    found: list[dict[str, Any] | None] = node(script, {**keys.as_dict(), "tokens": encoded})
    return found


def statuses_by_the_page(keys: KeySet, lists: list[tuple[str, int]]) -> list[dict[str, Any] | None]:
    """Have the page's scripts look seals up in lists; None for what they refuse."""
    given = [{"token": token, "index": index} for token, index in lists]
    found: list[dict[str, Any] | None] = node(
        INFRA / "page_seals.mjs", {**keys.as_dict(), "lists": given}, *SCRIPTS
    )["statuses"]
    return found


def shown(given: SealClaims) -> dict[str, Any]:
    """Return claims as the page names them."""
    told = {
        "issuer": given.issuer,
        "issued": given.issued_at,
        "expires": given.expires_at,
        "id": given.seal_id.hex,
        "procedure": given.procedure_code,
        "dossier": given.dossier_code,
        "holder": given.holder,
        "fileHash": given.file_hash and given.file_hash.hex(),
        "index": given.status_index,
    }
    return {name: value for name, value in told.items() if value is not None}


@pytest.fixture(scope="module")
def signatories() -> list[Signatory]:
    """A key in use, one that was withdrawn, and one that shares the first one's short name."""
    first = signatory()
    return [sharing_an_id(first), first, signatory(withdrawn_at=NOW - 5 * 10**7)]


def test_the_page_judges_as_the_service_does(signatories: list[Signatory]) -> None:
    """Good seals, changed ones, and ones of strange keys: the same verdict, and of good ones the same claims."""
    draw = random.Random(20261122)
    strangers = [signatory()]
    texts = []
    for number in range(SEALS):
        token = draw.choice(signatories * 4 + strangers).seal(claims(draw).to_bytes())
        texts.append(text_of(token) if number % 2 else changed(token, draw))
    keys = key_set(*signatories)
    ours = [verify(text, keys, NOW) for text in texts]
    pages = by_the_page(keys, texts)
    for text, own, page in zip(texts, ours, pages, strict=True):
        assert (page["state"], page.get("reason")) == SAID_OF[own.outcome], text
        assert page["state"] == "bad" or (own.claims and page["claims"] == shown(own.claims)), text
    counted = Counter(own.outcome for own in ours)
    print(counted)  # noqa: T201 - the evidence that every kind was met
    assert set(counted) == set(SAID_OF)


def test_what_is_signed_and_misleads_is_refused_by_both(signatories: list[Signatory]) -> None:
    """Claims twice, out of order, invisible, of other types, or all of it in another form: signed rightly or not."""
    draw = random.Random(11)
    texts = [text_of(token) for token in misleading(signatories[1])]
    for length in range(5):
        one = replace(claims(draw), holder="N" * (length + 1))
        texts += disguised(signatories[1].seal(one.to_bytes()))
    keys = key_set(*signatories)
    assert {verify(text, keys, NOW).outcome for text in texts} == {Outcome.BROKEN}
    found = by_the_page(keys, texts)
    assert [
        (text, one)
        for text, one in zip(texts, found, strict=True)
        if one != {"state": "bad", "reason": "damaged"}
    ] == []


def test_a_third_reader_finds_the_same(signatories: list[Signatory]) -> None:
    """What we seal is COSE and CWT to others as well, also where two keys share a name; a changed byte is refused."""
    draw = random.Random(7)
    given = [claims(draw) for _ in range(50)]
    tokens = [signatories[number % 2].seal(one.to_bytes()) for number, one in enumerate(given)]
    found = by_another(key_set(*signatories), tokens)
    for own, other in zip(given, found, strict=True):
        assert other
        inner = other["-65537"]
        assert (other["1"], other.get("4"), other["6"], other["7"]) == (
            own.issuer,
            own.expires_at,
            own.issued_at,
            own.seal_id.hex,
        )
        assert (inner.get("1"), inner.get("2"), inner.get("3"), inner["5"]) == (
            own.procedure_code,
            own.dossier_code,
            own.holder,
            own.status_index,
        )
        assert inner.get("4") == (own.file_hash and own.file_hash.hex())
    mutated = [token[:-1] + bytes([token[-1] ^ 1]) for token in tokens]
    assert by_another(key_set(*signatories), [*mutated, twin(tokens[0])]) == [None] * len(mutated) + [
        found[0]
    ]


def listed(by: Signatory, packed: bytes, *, url: str = LIST, **changed: Any) -> str:
    """Sign a list of seals; `changed` stands in its header or claims instead."""
    head, body = statuses.to_sign(url, packed, kid=by.public.kid, issued_at=NOW, ttl=900).split(".")
    parts = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body)]
    told = [{name: changed.get(name, value) for name, value in part.items()} for part in parts]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in told)
    return statuses.with_signature(text, es256.sign(by.private, text.encode()))


def test_status_lists_tell_the_page_the_same(signatories: list[Signatory]) -> None:
    """Of any place in a list; and nothing, where it is another's, another list, or was changed."""
    _, first, withdrawn = signatories
    draw = random.Random(3)
    drawn = {entry: draw.choice(list(SealState)) for entry in (0, 1, 2, 3, 4, 5, 1000, 2**17 - 1)}
    packed = pack({state: [entry for entry, one in drawn.items() if one is state] for state in SealState})
    keys = key_set(*signatories)
    token = listed(first, packed)
    found = statuses_by_the_page(keys, [(token, 2**17 * 7 + entry) for entry in drawn])
    ours = read_status_list(token, keys, NOW)
    assert [one and SealState(one["status"]) for one in found] == list(drawn.values())
    assert [ours.state_of(2**17 * 7 + entry) for entry in drawn] == list(drawn.values())
    assert found[0]
    assert (found[0]["asOf"], found[0]["until"]) == (NOW, NOW + statuses.LIFE_SECONDS)
    index = 2**17 * 7
    head, body, signature = token.split(".")
    refused = [
        (listed(signatory(), packed), index),
        (listed(signatory(), packed, kid=first.public.kid), index),
        (listed(withdrawn, packed), index),
        (token, index + 2**17),
        (token, 0),
        (listed(first, packed, url=LIST.replace("/7", "/17")), index),
        (listed(first, packed, alg="none"), index),
        (listed(first, packed, typ="JWT"), index),
        (listed(first, packed, status_list={"bits": 1, "lst": "eNo"}), index),
        (listed(first, packed, status_list={"bits": 2, "lst": "eNo"}), index),
        (f"{head}.{body}.", index),
        (f"{head}.{body}", index),
        (f"{head}.{body}.{signature}.{signature}", index),
        (f"{head}.{body[:-4]}AAAA.{signature}", index),
        ("", index),
    ]
    assert statuses_by_the_page(keys, refused) == [None] * len(refused)
