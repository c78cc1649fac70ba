"""Nothing of a paper, its owner or a link to it is logged, from its intake to a stranger's eyes."""

import logging

import pytest
import structlog.testing

from api.services import Services
from tests.api.callers import Citizen
from tests.api.results.handing import PATH, Office, letter, said
from tests.storage.papers.samples import photograph

TITLE, REASON, PURPOSE = "Giấy khai sinh của con gái Lan", "Viết sai tên Ngọc Lan", "Nộp cho trường Hoa Sen"


async def test_nothing_personal_is_logged(
    office: Office,
    owner: dict[str, str],
    citizen: Citizen,
    services: Services,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither names nor numbers, nor the secrets of links, nor codes by which papers are verified."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, logger="httpx")  # the caller here, and no part of the service
    client = office.client
    paper = said(owner=owner, title=TITLE, number="77/2026/KS")
    with structlog.testing.capture_logs() as events:
        told = (await office.hand_over(paper, letter())).json()
        await office.hand_over(paper | {"source_id": "KQ-2"}, photograph(64, 48)[:900], kind="image/jpeg")
        await office.hand_over(paper | {"source_id": "KQ-3", "owner": {"number": "001190000x"}}, letter())
        asked = {"document_ids": [told["id"]], "purpose": PURPOSE, "roles": ["copy", "original"]}
        link = (await client.post("/v1/vault/shares", json=asked, headers=citizen.headers)).json()["link"]
        token = link.rpartition("/")[2]
        await client.get(f"/chia-se/{token}")
        visit = await client.post(f"/v1/shares/{token}/visits")
        secret = client.cookies["tindan-visit"]
        async with services.unit_of_work() as uow:
            driver = await uow.driver()
            await driver.execute("UPDATE document_file SET sha256 = '\\x00' WHERE role = 'copy'")
            await uow.commit()
        broken = await client.get(visit.json()["documents"][0]["files"][1]["href"])
        await client.get("/v1/vault/documents", params={"q": "Ngọc Lan"}, headers=citizen.headers)
        revocation = {"reason": REASON}
        await client.post(f"{PATH}/{told['id']}/revocation", json=revocation, headers=office.agency.headers)
        code = told["seal"]["code"]
        await client.get(f"/v1/verifications/{code}")
        await client.get(f"/V/{code}?status=1")
    assert (visit.status_code, broken.status_code) == (201, 500)
    log = repr(events) + caplog.text
    assert "document_damaged" in log
    secrets = {
        citizen.number,
        citizen.name,
        TITLE,
        REASON,
        PURPOSE,
        "77/2026/KS",
        "001190000x",
        token,
        secret,
        code,
    }
    secrets |= {"Ngọc Lan", told["seal"]["link"].rpartition("#")[2]}
    assert [one for one in secrets if one in log] == []
