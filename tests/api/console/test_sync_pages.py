"""What portals and we say, at the officers' page, over HTTP."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from storage.ids import new_id
from storage.officers.roles import Role
from storage.reconciliation import days, differences, listing
from storage.reconciliation.differences import Dossier
from storage.reconciliation.figures import Figures
from storage.reconciliation.findings import Change, Finding
from storage.reconciliation.kinds import Action, DifferenceKind, DifferenceState, Field, Rule
from tests.api.console.writing import Page, opened

PATH = "/console/sync"
CHIEF, OPERATOR, OFFICER = "staff-000002", "staff-000004", "staff-000001"
STATUS = Finding(
    kind=DifferenceKind.FIELD_DIFFERS,
    field=Field.STATUS,
    ours="2@2026-11-21T09:00:00+07:00",
    theirs="4@2026-11-21T15:00:00+07:00",
    rule=Rule.STATUS_SAME_TIME,
    action=Action.PERSON,
)
MISSING = Finding(
    kind=DifferenceKind.MISSING_HERE,
    rule=Rule.MISSING_HERE,
    action=Action.PULL,
    theirs="1@2026-11-21T08:00:00+07:00",
)
APPLICANT = Finding(
    kind=DifferenceKind.FIELD_DIFFERS, field=Field.APPLICANT, rule=Rule.APPLICANT, action=Action.PERSON
)


async def differing(services, agency_id: UUID, code: str, finding: Finding, state: DifferenceState) -> UUID:
    """Have a difference, and return its id."""
    async with services.unit_of_work() as uow:
        change = Change(id=None, finding=finding, state=state)
        told = [(Dossier(code=code, agency_id=agency_id), change)]
        await differences.write(uow, "quoc-gia", told, datetime.now(UTC))
        await uow.commit()
    async with services.reading() as reading:
        return next(one.id for one in await listing.listed(reading, listing.Wish(code=code)))


@pytest.fixture
async def left(services, town):
    """A difference of the town's that is left for a person."""
    return await differing(services, town.id, "H26.1-261121-0001", STATUS, DifferenceState.LEFT)


@pytest.fixture
async def chief(desk, invite):
    """A supervisor of the town, signed in."""
    await invite(CHIEF, Role.SUPERVISOR)
    await desk.sign_in(CHIEF)
    return desk


async def test_from_the_list_to_what_may_stay(chief, left, services):
    """The home page tells of it; each side is read; a note is needed; then nothing is left."""
    assert "1 khác biệt với cổng chờ người xem" in (await opened(chief, "/console")).text
    listed = await opened(chief, PATH)
    assert f"{PATH}/{left}" in listed.links
    assert "2. Được tiếp nhận, từ 09:00 ngày 21/11/2026" in listed.text
    assert "4. Đang xử lý, từ 15:00 ngày 21/11/2026" in listed.text
    form = (await opened(chief, f"{PATH}/{left}")).form("/settle")
    refused = await chief.post(form.action, {"note": "  "})
    assert refused.status_code == 422
    assert 'href="#note"' in refused.text
    sent = await chief.post(form.action, {"note": "Cổng sẽ sửa <b>tuần sau</b>"})
    assert sent.headers["location"] == f"{PATH}/{left}?done=settled"
    shown = await opened(chief, f"{PATH}/{left}")
    assert "Cổng sẽ sửa <b>tuần sau</b>" in shown.text
    assert "Đã quyết định để nguyên" in shown.text
    assert "Không có khác biệt nào chờ người xem" in (await opened(chief, PATH)).text
    assert f"{PATH}/{left}" in (await opened(chief, f"{PATH}?tab=over")).links


async def test_two_who_settle_at_once(chief, left):
    """The second one is told, and what was typed is still there."""
    form = (await opened(chief, f"{PATH}/{left}")).form("/settle")
    await chief.post(form.action, {"note": "Một"})
    again = await chief.post(form.action, {"note": "Hai"})
    assert again.status_code == 409
    assert "Trong lúc đó khác biệt đã hết" in again.text
    assert "Hai</textarea>" in again.text


async def test_piles_and_filters(chief, left, services, town):
    """By what came of it, by kind, and by code; nothing personal is shown."""
    other = await differing(services, town.id, "H26.1-261121-0002", MISSING, DifferenceState.OPEN)
    person = await differing(services, town.id, "H26.1-261121-0003", APPLICANT, DifferenceState.LEFT)
    assert f"{PATH}/{other}" in (await opened(chief, f"{PATH}?tab=open")).links
    found = await opened(chief, f"{PATH}?kind=field_differs&code=h26.1-261121-0003")
    assert f"{PATH}/{person}" in found.links
    assert f"{PATH}/{left}" not in found.links
    assert "khác nhau (không hiển thị)" in found.text
    assert f"{PATH}/{left}" in (await opened(chief, f"{PATH}?tab=left&kind=&code=")).links
    assert (await chief.get(f"{PATH}?tab=nonsense")).status_code == 422


async def test_pages_of_many(chief, services, town):
    """Fifty on a page, the last found first, and none twice."""
    for number in range(53):
        await differing(services, town.id, f"H26.1-261121-{number:04}", STATUS, DifferenceState.LEFT)
    first = await opened(chief, PATH)
    following = next(link for link in first.links if "cursor=" in link)
    second = await opened(chief, following)

    def ones(page: Page) -> set[str]:
        return {link for link in page.links if link.startswith(f"{PATH}/") and not link.endswith("/day")}

    assert (len(ones(first)), len(ones(second))) == (50, 3)
    assert not ones(first) & ones(second)


async def test_who_sees_what(desk, invite, services, town, left):
    """An operator all; a supervisor one's own; an officer of the agency nothing, and is told so."""
    foreign = await differing(services, new_id(), "H30-261121-0001", STATUS, DifferenceState.LEFT)
    await invite(OFFICER, Role.OFFICER)
    await desk.sign_in(OFFICER)
    assert (await desk.get(PATH)).status_code == 403
    assert (await desk.post(f"{PATH}/{left}/settle", {"note": "x"})).status_code == 403
    await invite(CHIEF, Role.SUPERVISOR)
    await desk.sign_in(CHIEF)
    assert f"{PATH}/{foreign}" not in (await opened(desk, PATH)).links
    assert (await desk.get(f"{PATH}/{foreign}")).status_code == 404
    gone = await desk.post(f"{PATH}/{foreign}/settle", {"note": "x"})
    assert gone.status_code == 404
    await invite(OPERATOR, Role.OPERATOR)
    await desk.sign_in(OPERATOR)
    assert {f"{PATH}/{foreign}", f"{PATH}/{left}"} <= set((await opened(desk, PATH)).links)


async def test_a_day_in_numbers(chief, services, town):
    """The last day that was reported, another one, and one of which there is none."""
    now = datetime.now(UTC)
    day = (now - timedelta(days=2)).date()
    told = {
        town.id: Figures(pushed=12, pulled=3, lag_median=42, lag_p95=7500, silent=2),
        new_id(): Figures(pushed=1),
    }
    async with services.unit_of_work() as uow:
        await days.keep(uow, day, told, now)
        await uow.commit()
    shown = await opened(chief, f"{PATH}/day")
    assert f"{day:%d/%m/%Y}" in shown.text
    assert "gửi 12, tệp 0, kéo về 3" in shown.text
    assert "một nửa trong 42 giây, 95% trong 2 giờ" in shown.text
    assert "im lặng 2, thiếu số 0" in shown.text
    empty = await opened(chief, f"{PATH}/day?day={day - timedelta(days=1)}")
    assert "Chưa có số liệu của ngày này" in empty.text
    assert "Chưa có số liệu" in (await opened(chief, f"{PATH}/day?day=2026-01-01")).text
