"""What went over the wire, as far as the checks need it; of people and secrets nothing is kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from pydantic import TypeAdapter, ValidationError

from api.conformance.facts import Key
from api.conformance.faults import UNTOUCHED, Action, Target
from api.recording.schemas import DossierEvent

EVENT = TypeAdapter(DossierEvent)
KEPT, REFUSED = frozenset({"accepted", "repeated"}), "refused"
NO_REFUSALS = frozenset({401, 408, 413, 425, 429})
"""Answers of the class "your fault" that say nothing of what was told."""
MOST_TEXT = 1024 * 1024
"""Bytes of a body in which secrets are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event, or one paper, in one request.

    Attributes:
        source_id: what the sender calls it: `event_id` or `source_id`.
        key: which fact it is: the dossier and the status, the paper's number, the list of what is arranged.
        content: stands for all else that it says; two spellings of one content have one.
        state: it says how something stands, which may be told anew under the same name.
    """

    source_id: str
    key: Key
    content: bytes
    state: bool = False


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer. Times are in seconds, ascending.

    Attributes:
        ended: when the answer was given, or the connection cut; none while it is under way.
        status: none where no answer was given.
        outcomes: what the answer says of each thing told, in its order; empty where it says nothing.
        token: stands for the token shown.
        leaks: where a secret stood that should not be there.
        dossier: the code of that of which the address speaks.
        if_match: the condition under which it is replaced, as it was written.
        etag: under which tag the answer tells of it.
    """

    began: float
    target: Target
    told: Sequence[Told] = ()
    action: Action = UNTOUCHED
    ended: float | None = None
    status: int | None = None
    outcomes: Sequence[str] = ()
    token: str | None = None
    agent: str = ""
    leaks: Sequence[str] = ()
    batch: int = 0
    dossier: str = ""
    if_match: str | None = None
    etag: str | None = None

    def outcome(self, place: int) -> str | None:
        """Return what was answered to one of the things told, if anything was."""
        return self.outcomes[place] if place < len(self.outcomes) else None


@dataclass(slots=True)
class Tape:
    """All that went over the wire in one scenario, in order."""

    exchanges: list[Exchange] = field(default_factory=list)

    def of(self, *targets: Target) -> list[Exchange]:
        """Return the exchanges with some endpoints."""
        return [one for one in self.exchanges if one.target in targets]


def told_in(target: Target, content_type: str, body: bytes) -> tuple[Sequence[Told], int]:
    """Read what a request tells, and how many events its batch holds (0 for no batch).

    What can not be read tells nothing: the API says so itself.
    """
    if target is Target.RESULTS:
        return _paper_in(content_type, body), 0
    given = json_of(body)
    items = given.get("events") if isinstance(given, dict) and "events" in given else None
    if isinstance(items, list):
        return [event_told(item) for item in items], len(items)
    return ([] if given is None else [event_told(given)]), 0


def json_of(body: bytes) -> Any:
    """Read JSON; what is none is null."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def event_told(item: Any) -> Told:
    """Read an event; what is none has neither name nor dossier."""
    given: Mapping[str, Any] = item if isinstance(item, dict) else {}
    rest = {name: value for name, value in given.items() if name != "event_id"}
    try:
        said = EVENT.validate_python(given).content()
    except ValidationError:
        said = json.dumps(rest, sort_keys=True)
    key = (str(given.get("dossier_code")), str(given.get("status")))
    return Told(source_id=str(given.get("event_id")), key=key, content=digest(said.encode()))


def _paper_in(content_type: str, body: bytes) -> Sequence[Told]:
    head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in message_from_bytes(head + body).walk()
        if not part.is_multipart()
    }
    metadata, file = parts.get("metadata"), parts.get("file")
    said = json_of(metadata) if isinstance(metadata, bytes) else None
    if not isinstance(said, dict) or not isinstance(file, bytes):
        return ()
    key = (str(said.get("dossier_code")), str(said.get("number")))
    source_id = str(said.pop("source_id", None))
    content = json.dumps(said, sort_keys=True).encode() + sha256(file).digest()
    return [Told(source_id=source_id, key=key, content=digest(content))]


def outcomes_in(status: int, body: bytes, told: int) -> Sequence[str]:
    """Read what an answer says of each thing told."""
    if status in NO_REFUSALS or status >= 500:  # noqa: PLR2004 - HTTP's class "our fault"
        return ()
    if status >= 400:  # noqa: PLR2004 - HTTP's class "your fault"
        return [REFUSED] * told
    given = json_of(body)
    if given is None:
        return ()
    results = given.get("results") if isinstance(given, dict) else None
    if isinstance(results, list):
        return [str(one.get("outcome")) for one in results if isinstance(one, dict)]
    return ["accepted"] * told


def leaks_in(
    target: Target, *, address: str, headers: Mapping[str, str], body: bytes, secrets: Collection[str]
) -> list[str]:
    """Name the places of a request where secrets, or tokens, stand that should not be there."""
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        shown = ""
    known = {secret for secret in (*secrets, shown) if secret}
    found = []
    if any(secret in unquote_plus(address) for secret in known):
        found.append("URL")
    if target is Target.TOKEN:
        return found
    head = "\n".join(value for name, value in headers.items() if name != "authorization")
    # A file holds no secret of ours; what is said of it may.
    text = body[:MOST_TEXT].decode("latin-1")
    if scheme.lower() == "basic" or any(secret in head or secret in text for secret in known):
        found.append(f"{target}")
    return found


def token_of(authorization: str) -> str | None:
    """Return what stands for the token of a header, if there is one."""
    scheme, _, token = authorization.partition(" ")
    return digest(token.encode()).hex()[:16] if scheme.lower() in {"bearer", "dpop"} and token else None


def digest(content: bytes) -> bytes:
    """Return what stands for a content."""
    return sha256(content).digest()
