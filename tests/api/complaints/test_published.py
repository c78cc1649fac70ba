"""Everybody reads what is published, and nothing else."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.complaints import pace
from api.limits import AddressPace, Limit
from api.services import Services
from storage.dossiers.working_days import VIETNAM
from tests.api.callers import MakeAgency
from tests.api.complaints.filing import ANSWER, PUBLISHED, WRITTEN, Counter, Filer
from tests.api.telling import pointed


async def published(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    """Read a page without signing in."""
    answer = await client.get(PUBLISHED, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def let(filer: Filer, counter: Counter, **fields: Any) -> str:
    """File, answer and publish; return the id under which it is read."""
    complaint_id = (await filer.file(public=True, **fields))["id"]
    await counter.answer(complaint_id)
    await counter.publish(complaint_id)
    return str((await filer.one(complaint_id))["published_id"])


async def test_nobody_is_in_it(filer: Filer, counter: Counter):
    """It tells what, to whom, and on which days; neither code nor id of the complaint, nor whose it was."""
    published_id = await let(filer, counter)
    (own,) = (await filer.page())["items"]
    answer = await filer.client.get(f"{PUBLISHED}/{published_id}")
    told = answer.json()
    assert (told["text"], told["answer"], told["agency"]["code"]) == (WRITTEN, ANSWER, "H26.1")
    for secret in (own["id"], own["code"], filer.citizen.name, str(filer.citizen.party_id)):
        assert secret not in answer.text
    for moment, day in (("received_at", "received_on"), ("closed_at", "answered_on")):
        assert own[moment].removesuffix("Z") not in answer.text
        assert told[day] == str(datetime.fromisoformat(own[moment]).astimezone(VIETNAM).date())
    assert (await published(filer.client))["items"] == [told]


async def test_pages_and_filters(filer: Filer, counter: Counter, services: Services, make_agency: MakeAgency):
    """By agency and by kind, page after page, the last published first."""
    other = await Counter.of(services, await make_agency("H27"))
    ids = [await let(filer, counter) for _ in range(2)]
    ids.append(await let(filer, other, agency_code="H27", kind="suggestion"))
    first = await published(filer.client, limit=2)
    rest = await published(filer.client, limit=2, cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    for query, expected in (
        ({"agency": "H27"}, ids[2:]),
        ({"agency": "H26.1"}, ids[1::-1]),
        ({"kind": "suggestion"}, ids[2:]),
        ({"agency": "H27", "kind": "complaint"}, []),
    ):
        assert [one["id"] for one in (await published(filer.client, **query))["items"]] == expected


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"agency": "H99"}, "/query/agency"),
        ({"kind": "praise"}, "/query/kind"),
        ({"cursor": "nonsense"}, "/query/cursor"),
        ({"limit": 0}, "/query/limit"),
    ],
)
async def test_what_is_no_question_is_refused(client: httpx.AsyncClient, query: dict[str, Any], where: str):
    """By the parameter that is wrong."""
    answer = await client.get(PUBLISHED, params=query)
    assert answer.status_code == 422
    assert [one for one, _ in pointed(answer.json())] == [where]


async def test_it_may_be_kept_for_a_while_and_one_is_asked_for_each_time(filer: Filer, counter: Counter):
    """Caches hold a list for a minute; one of them must be gone as soon as it is taken down."""
    published_id = await let(filer, counter)
    page = await filer.client.get(PUBLISHED)
    assert page.headers["cache-control"].startswith("public, max-age=")
    one = await filer.client.get(f"{PUBLISHED}/{published_id}")
    assert one.headers["cache-control"] == "public, no-cache"
    for answer in (page, one):
        again = await filer.client.get(answer.request.url, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


async def test_a_flood_from_one_address_is_slowed(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch):
    """What is over the limit is told when again; of the list and of one alike."""
    slow = Limit(name=pace.PUBLISHED.name, burst=20, every=pace.COMPLAINTS.every)
    monkeypatch.setattr(pace, "_pace", AddressPace(slow))
    answers = [await client.get(PUBLISHED) for _ in range(25)]
    assert [one.status_code for one in answers] == [200] * 20 + [429] * 5
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await client.get(f"{PUBLISHED}/{uuid4()}")).status_code == 429
