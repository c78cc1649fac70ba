"""What is not taken in, in words that name the field; and that nothing of it is kept."""

from contextlib import ExitStack
from typing import Any

import httpx
import pikepdf
import pytest

from api.field_texts import FIELD_ERRORS
from api.services import Services
from storage.papers.refusals import Refusal
from tests.api.callers import MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.api.results.handing import Office, letter, said
from tests.storage.papers.samples import bomb, changed, drawing, flate, photograph


async def kept(services: Services) -> list[str]:
    """List what lies in the blob store."""
    return [blob.path async for page in services.blobs.list("") for blob in page]


def found(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return which fields are at fault, and how."""
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def test_every_reason_is_worded() -> None:
    """A new reason of the examination without words of its own fails here."""
    assert {f"paper-{reason.replace('_', '-')}" for reason in Refusal} <= FIELD_ERRORS.keys()


BAD_METADATA: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "nobody's": ({}, ("/metadata", "owner-or-dossier")),
    "a misspelt field": ({"owner": None, "titel": "x"}, ("/metadata/titel", "extra_forbidden")),
    "a number that is none": ({"owner": {"number": "1"}}, ("/metadata/owner/number", "invalid-number")),
    "no day": ({"issued_on": "2026-02-30"}, ("/metadata/issued_on", "date_from_datetime_parsing")),
    "over before it began": ({"expires_on": "2020-01-01"}, ("/metadata", "ends-before-it-begins")),
    "over already": (
        {"issued_on": "2020-01-01", "expires_on": "2020-01-02"},
        ("/metadata/expires_on", "over-already"),
    ),
    "on the last day of the calendar": (
        {"expires_on": "9999-12-31"},
        ("/metadata/expires_on", "less_than_equal"),
    ),
    "an unknown procedure": (
        {"procedure_code": "9.999999"},
        ("/metadata/procedure_code", "unknown-procedure"),
    ),
    "a component with a seal": (
        {"kind": "component", "seal_code": "7GQ2M4WX9KTB"},
        ("/metadata", "component-unsealed"),
    ),
    "in the place of nothing": (
        {"supersedes": {"source_id": "KQ-0", "reason": "Cải chính"}},
        ("/metadata/supersedes/source_id", "unknown-document"),
    ),
    "an unknown seal": ({"seal_code": "7GQ2M4WX9KTB"}, ("/metadata/seal_code", "unknown-seal")),
    "a seal's code that is none": ({"seal_code": "?" * 12}, ("/metadata/seal_code", "unknown-seal")),
}


@pytest.mark.parametrize("how", BAD_METADATA)
async def test_metadata_is_refused_by_the_field(
    how: str, office: Office, owner: dict[str, str], services: Services
) -> None:
    """Each in both languages, and before the file is looked at."""
    changes, error = BAD_METADATA[how]
    given = {"owner": owner} if how != "nobody's" else {}
    before = await kept(services)
    for language in ("vi", "en"):
        answer = await office.hand_over(said(**given | changes), letter(), **{"accept-language": language})
        assert answer.status_code == 422, answer.json()
        assert error in found(answer)
        assert all(one["detail"] for one in answer.json()["errors"])
    assert await kept(services) == before


def _blow_up(document: pikepdf.Pdf) -> None:
    document.Root.Odd = flate(document, bomb(400 << 20))


BAD_FILES = {
    "another type than said": (drawing(), "application/pdf", "paper-lying-type"),
    "a text": (b"Day la giay khai sinh", "application/pdf", "paper-unknown-type"),
    "cut in the middle": (letter()[:900], "application/pdf", "paper-damaged"),
    "a picture cut in the middle": (photograph(640, 480)[:2000], "image/jpeg", "paper-damaged"),
    "a bomb": (changed(_blow_up), "application/pdf", "paper-too-much-data"),
}


@pytest.mark.parametrize("how", BAD_FILES)
async def test_a_file_is_refused_for_a_reason(
    how: str, office: Office, owner: dict[str, str], services: Services
) -> None:
    """The reason is told in both languages, and nothing of the file stays."""
    file, kind, code = BAD_FILES[how]
    before = await kept(services)
    for language in ("vi", "en"):
        answer = await office.hand_over(said(owner=owner), file, kind=kind, **{"accept-language": language})
        assert answer.status_code == 422, answer.json()
        assert found(answer) == [("/file", code)]
    assert await kept(services) == before


async def test_a_foreign_dossier_is_not_spoken_for(
    office: Office, push_event: PushEvent, new_code: NewCode, make_agency: MakeAgency, owner: dict[str, str]
) -> None:
    """Also where the owner is named; and one that nobody knows needs an owner."""
    code = "H40-261121-0001"
    await push_event(code, 2, agency=await make_agency("H40"))
    for metadata in (said(dossier_code=code), said(dossier_code=code, owner=owner)):
        answer = await office.hand_over(metadata, letter())
        assert answer.status_code == 403
        assert found(answer) == [("/metadata/dossier_code", "agency-not-allowed")]
    unknown = new_code()
    assert (await office.hand_over(said(dossier_code=unknown), letter())).status_code == 403
    assert (await office.hand_over(said(dossier_code=unknown, owner=owner), letter())).status_code == 201


async def test_a_paper_goes_to_nobody_but_the_applicant(
    office: Office, push_event: PushEvent, new_code: NewCode, make_citizen: MakeCitizen
) -> None:
    """A dossier's paper can not be put into a stranger's store."""
    code, stranger = new_code(), await make_citizen()
    await push_event(code, 2, agency=office.agency)
    answer = await office.hand_over(said(dossier_code=code, owner={"number": stranger.number}), letter())
    assert found(answer) == [("/metadata/owner/number", "another-applicant")]


async def test_an_agency_issues_in_its_own_name(
    office: Office, owner: dict[str, str], make_agency: MakeAgency
) -> None:
    """Or in that of one below it; never in another's."""
    await make_agency("H50")
    answer = await office.hand_over(said(owner=owner, agency_code="H50"), letter())
    assert answer.status_code == 403
    assert found(answer) == [("/metadata/agency_code", "agency-not-allowed")]
    below = await make_agency("H26.1.1", parent=office.agency)
    told = await office.hand_over(said(owner=owner, agency_code=below.code), letter())
    assert told.status_code == 201


async def test_metadata_that_is_no_json_is_told_as_such(office: Office) -> None:
    """By the problem that every other endpoint has for it."""
    answer = await office.client.post(
        "/v1/agency/results",
        files={"metadata": (None, "{", "application/json"), "file": ("a.pdf", letter())},
        headers=office.agency.headers,
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:tindan:problem:malformed-json")


async def test_a_client_without_the_right_sends_nothing(
    client: httpx.AsyncClient, make_agency: MakeAgency, owner: dict[str, str]
) -> None:
    """The scope is asked for before the body is read."""
    other = Office(client=client, agency=await make_agency("H60"))
    answer = await other.hand_over(said(owner=owner), letter())
    assert answer.status_code == 403
    assert 'scope="results"' in answer.headers["www-authenticate"]


async def test_one_agency_does_not_take_all_places(
    office: Office, owner: dict[str, str], make_agency: MakeAgency, services: Services
) -> None:
    """Who sends very many at once waits for its own, and others do not; nothing of the body is read before."""
    other = Office(client=office.client, agency=await make_agency("H90", scopes=frozenset({"results"})))
    with ExitStack() as under_way:
        for _ in range(16):
            under_way.enter_context(services.uploads.taken(str(office.agency.id)))
        answer = await office.hand_over(said(owner=owner), letter())
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:tindan:problem:too-many-files")
        assert answer.headers["retry-after"]
        assert (await other.hand_over(said(owner=owner), letter())).status_code == 201
    assert (await office.hand_over(said(owner=owner), letter())).status_code == 201
