"""Tables of dossiers at the officers' page: tried, kept once, mended."""

import csv
import io
import re
import zlib
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import pytest

from api.console.dossier_files_form import packed, unpacked
from api.problems import Problem
from api.recording.csv_file_table import MOST_BYTES
from storage.agencies.models import Agency
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role
from storage.procedures import repository as procedures
from tests.api.conftest import PROCEDURE
from tests.api.console.conftest import OWN
from tests.api.console.shown import plain, values
from tests.api.telling import census
from tests.api.test_agency_files import row, table

PATH = "/console/dossier-files"


@pytest.fixture
async def catalogue(services) -> None:
    """A catalogue with one procedure."""
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()


@pytest.fixture
async def worker(desk, invite, catalogue):
    """Somebody who works for the town."""
    await invite("staff-000001", Role.OFFICER)
    await desk.sign_in("staff-000001")
    return desk


async def choose(desk, content: bytes, *, agency: str = "H26.1", step: str = "check", **headers: str) -> Any:
    """Send a file by the form."""
    files = {"agency": (None, agency), "file": ("hoso.csv", content, "text/csv")}
    return await desk.client.post(f"{PATH}/{step}", files=files, headers=OWN | headers)


async def go_on(desk, page: str, step: str, **changed: str) -> Any:
    """Send on what a page carries."""
    fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)) | changed
    files = {name: (None, value) for name, value in fields.items()}
    return await desk.client.post(f"{PATH}/{step}", files=files, headers=OWN)


def numbers(page: str) -> dict[str, int]:
    """Return the counts that a page tells, by their words."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>(\d+) dòng</dd>", page)
    return {name: int(count) for name, count in found}


async def test_a_file_is_tried_kept_and_mended(worker, services, engine):
    """Nothing is kept by trying; then each good row is; the rest is downloaded, mended and sent again."""
    content = table(row(), row(2, "lạc đề"), row(status="2", hours=1, note="=HYPERLINK(1)"))
    before = await census(engine)
    tried = await choose(worker, content)
    assert tried.status_code == 200, tried.text
    assert numbers(tried.text) == {
        "Sẽ được ghi nhận": 2,
        "Người dân sẽ được báo tin": 1,
        "Đã có từ trước": 0,
        "Bị từ chối": 1,
    }
    assert "Trạng thái : Trạng thái phải là số từ 1 đến 10" in plain(tried.text)
    assert await census(engine) == before
    kept = await go_on(worker, tried.text, "keep")
    assert numbers(kept.text)["Đã ghi nhận"] == 2
    assert await values(services, "SELECT DISTINCT client_id FROM event_receipt") == [("console:H26.1",)]

    download = await go_on(worker, kept.text, "faults")
    assert download.headers["content-disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(download.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[1][-3:] == [
        "3",
        "Trạng thái: Trạng thái phải là số từ 1 đến 10, hoặc tên, ví dụ “Đang xử lý”.",
        "Trạng thái: The status must be a number from 1 to 10, or a name, such as “Đang xử lý”.",
    ]
    mended = download.content.replace("lạc đề".encode(), b"1")
    again = await choose(worker, mended)
    assert numbers(again.text)["Sẽ được ghi nhận"] == 1
    assert numbers((await go_on(worker, again.text, "keep")).text)["Đã ghi nhận"] == 1


async def test_a_repeat_by_a_colleague_is_a_repeat(worker, open_desk, invite, engine):
    """The agency has told it, not the officer."""
    content = table(row(), row(2))
    await go_on(worker, (await choose(worker, content)).text, "keep")
    before = await census(engine)
    await invite("staff-000002", Role.SUPERVISOR)
    colleague = open_desk()
    await colleague.sign_in("staff-000002")
    page = await choose(colleague, content)
    assert numbers(page.text)["Đã có từ trước"] == 2
    assert ">Ghi nhận" not in page.text
    kept = await go_on(colleague, page.text, "keep")
    assert numbers(kept.text)["Đã có từ trước"] == 2
    after = await census(engine)
    assert {name: after[name] for name in ("event_receipt", "dossier_event", "notification")} == {
        name: before[name] for name in ("event_receipt", "dossier_event", "notification")
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "Trong Excel, chọn Lưu thành"),
        (table(row()).decode().encode("utf-16"), "CSV UTF-8"),
        (b"", "Tệp trống."),
        (b"Ten;Trang thai\r\nx;1", "Không có cột nào tên 'Ten'."),
        (b"x" * (MOST_BYTES + 1), "Tệp được lớn nhất 5 MB."),
    ],
)
async def test_what_is_no_table_is_told_at_its_field(worker, engine, content, words):
    """With what to do about it, and the form is there again."""
    answer = await choose(worker, content)
    assert answer.status_code == 422
    assert words in plain(answer.text)
    assert 'aria-describedby="file-hint file-error"' in answer.text
    assert '<form method="post" action="/console/dossier-files/check"' in answer.text


async def test_another_agency_is_none(worker, services, make_other, engine):
    """Neither one that exists nor one that does not; and the page offers neither."""
    before = await census(engine)
    for code in ("H55.1", "H99.9", ""):
        assert (await choose(worker, table(row()), agency=code)).status_code == 404
        tried = await choose(worker, table(row()))
        assert (await go_on(worker, tried.text, "keep", agency=code)).status_code == 404
        assert (await go_on(worker, tried.text, "faults", agency=code)).status_code == 404
    assert await census(engine) == before
    assert "H55.1" not in (await worker.get(PATH)).text


async def test_only_who_works_there_sends(desk, invite, catalogue, services, town):
    """A viewer and a moderator do not; nor does who did until a moment ago."""
    officer_id = await invite("staff-000001", Role.VIEWER, Role.MODERATOR)
    await desk.sign_in("staff-000001")
    assert (await desk.get(PATH)).status_code == 403
    assert (await desk.get(f"{PATH}/template")).status_code == 403
    assert (await choose(desk, table(row()))).status_code == 403
    assert PATH not in (await desk.get("/console")).text
    await promote(services, town, officer_id)
    tried = await choose(desk, table(row()))
    assert tried.status_code == 200
    await end_roles(services, officer_id)
    assert (await go_on(desk, tried.text, "keep")).status_code == 403
    assert await values(services, "SELECT FROM dossier_event") == []


async def test_forms_of_other_pages_are_refused(worker):
    """Whatever they carry."""
    for step in ("check", "keep", "faults"):
        answer = await choose(worker, table(row()), step=step, **{"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403


async def test_what_a_page_carries_is_what_was_sent():
    """And what was made up is refused, without being unpacked beyond what a file may be."""
    content = table(row()) * 50
    assert unpacked((await packed(content)).encode()) == content
    bomb = urlsafe_b64encode(zlib.compress(b"x" * (50 * MOST_BYTES)))
    cut = urlsafe_b64encode(zlib.compress(content)[:-9])
    for sent, kind in ((bomb, "file-too-large"), (cut, "malformed-json"), (b"///", "malformed-json")):
        with pytest.raises(Problem) as found:
            unpacked(sent)
        assert found.value.kind == kind


async def test_many_rows_are_shown_by_their_faults_first(worker):
    """The page lists so many, and the download has all."""
    rows = [row(serial) for serial in range(1, 211)] + [row(serial, "x") for serial in range(211, 221)]
    page = (await choose(worker, table(*rows))).text
    assert page.count('<th scope="row">') == 200
    assert page.index("Dòng 212<") < page.index("Dòng 2<")
    assert "200 dòng đầu" in plain(page)
    assert len((await go_on(worker, page, "faults")).content.splitlines()) == 11


async def test_the_template_opens_in_english_too(worker):
    """In the language of the page."""
    assert (await worker.get(f"{PATH}/template")).text.startswith("\ufeffMã hồ sơ;")
    await worker.get("/console?language=en")
    english = await worker.get(f"{PATH}/template", headers={"accept-language": "en"})
    assert english.headers["content-type"].startswith("text/csv")


@pytest.fixture
async def make_other(services):
    """Another agency."""
    agency_id = new_id()
    async with services.unit_of_work() as uow:
        uow.session.add(Agency(id=agency_id, code="H55.1", name="Nơi khác", lineage=[agency_id]))
        await uow.commit()


async def promote(services, town, officer_id: UUID) -> None:
    """Let somebody work for the town."""
    async with services.unit_of_work() as uow:
        await officers.grant(uow, officer_id, Role.OFFICER, agency_id=town.id, granted_by="test")
        await uow.commit()


async def end_roles(services, officer_id: UUID) -> None:
    """Let all roles of an officer end now."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "UPDATE officer_role SET valid_until = now() WHERE officer_id = %s", (officer_id,)
        )
        await uow.commit()
