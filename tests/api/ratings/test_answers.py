"""What an agency answers stands with the numbers, and only with them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from api.services import Services
from storage.dossiers.working_days import VIETNAM
from storage.ids import new_id
from storage.officers.desk import WORKERS, Desk
from storage.officers.roles import Role
from storage.ratings import answers
from storage.ratings.answers import NewAnswer
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from tests.api.callers import Agency
from tests.storage.questions import office
from tests.storage.ratings import crowd

MONTH = date(2026, 11, 1)
Write = Callable[..., Awaitable[NewAnswer]]


@pytest.fixture
async def write(services: Services, agency: Agency) -> Write:
    """Answer the ratings of November."""
    await crowd.rated(services.unit_of_work, agency.id, MONTH, dissatisfied=5, satisfied=1)
    officer_id = await office.officer(services.unit_of_work, "a@b.vn", (Role.OFFICER, agency.id))
    group, desk = Group(agency_id=agency.id, month=MONTH), Desk(officer_id=officer_id, roles=WORKERS)

    async def answer(text: str, level: Satisfaction | None = None) -> NewAnswer:
        new = NewAnswer(id=new_id(), group=group, level=level, text=text)
        async with services.unit_of_work() as uow:
            await answers.write(uow, desk, new, now=datetime.now(UTC))
            await uow.commit()
        return new

    return answer


async def told(client: httpx.AsyncClient, agency: Agency, **headers: str) -> httpx.Response:
    """Return what everybody reads of November."""
    path = f"/v1/agencies/{agency.code}/ratings?month=2026-11"
    return await client.get(path, headers={"accept-language": "en"} | headers)


async def test_everybody_reads_what_an_agency_answers(
    client: httpx.AsyncClient, services: Services, agency: Agency, write: Write
) -> None:
    """To all first, with the day and nothing of who wrote it; taken down, it is gone, and the ETag new."""
    before = await told(client, agency)
    assert before.json()["answers"] == []
    await write("Chúng tôi đã thêm một quầy.", Satisfaction.DISSATISFIED)
    kept = await write("Cảm ơn mọi người.")
    today = datetime.now(VIETNAM).date().isoformat()
    answer = await told(client, agency, **{"if-none-match": before.headers["etag"]})
    assert answer.status_code == 200
    assert answer.json()["answers"] == [
        {"to": None, "text": "Cảm ơn mọi người.", "written_on": today},
        {
            "to": {"code": "dissatisfied", "name": "Dissatisfied"},
            "text": "Chúng tôi đã thêm một quầy.",
            "written_on": today,
        },
    ]
    await run(services, "UPDATE rating_answer SET taken_down_at = now() WHERE id = %s", kept.id)
    assert len((await told(client, agency)).json()["answers"]) == 1


async def test_an_answer_is_shown_only_while_many_have_rated_so(
    client: httpx.AsyncClient, services: Services, agency: Agency, write: Write
) -> None:
    """Where a rating is changed, and few are left until it is mixed, what was answered waits with the rest."""
    await write("Chúng tôi đã thêm một quầy.", Satisfaction.DISSATISFIED)
    await write("Cảm ơn mọi người.")
    one = "spent = (SELECT min(spent::text)::bytea FROM rating WHERE level = 'dissatisfied' AND NOT fresh)"
    await run(services, f"UPDATE rating SET fresh = true WHERE {one}")
    found = (await told(client, agency)).json()
    assert (found["suppressed"], found["total"]) == (False, 5)
    assert [answer["to"] for answer in found["answers"]] == [None]
    await run(services, f"UPDATE rating SET fresh = true WHERE {one}")
    found = (await told(client, agency)).json()
    assert (found["suppressed"], found["total"], found["levels"], found["answers"]) == (True, None, None, [])


async def run(services: Services, query: str, *given: Any) -> None:
    """Change something behind the back of all rules."""
    async with services.unit_of_work() as uow:
        done = await (await uow.driver()).execute(query.encode(), given)
        assert done.rowcount == 1
        await uow.commit()
