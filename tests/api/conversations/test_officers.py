"""Officers read what parties wrote, and answer it, as the agency's system does by API."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.conversations import officer_service as service
from api.conversations.agency_schemas import AgencyMessage, MissingItem, SupplementAsked
from api.conversations.officer_service import Thread
from api.conversations.schemas import MessageShown
from api.problems import Problem
from api.services import Services
from auth.principals import Officer
from storage.conversations.handling import Supply
from storage.conversations.queue import Counts, Sieve
from storage.engine import Engine
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers.roles import Role
from storage.unit_of_work import transact
from tests.api.callers import Agency, MakeAgency, PushEvent
from tests.api.conversations.officers import make_officer
from tests.api.conversations.writing import Desk, Talk
from tests.api.documents import keep_document
from tests.api.telling import notices

DUE = {"due_at": (datetime.now(UTC) + timedelta(days=10)).isoformat()}
ALL = Sieve()


@pytest.fixture
async def officer(services: Services, agency: Agency) -> Officer:
    """Somebody who works on the agency's dossiers."""
    return await make_officer(services, "an@example.vn", [(Role.OFFICER, agency)])


async def read(services: Services, officer: Officer, code: str, cursor: str | None = None) -> Thread:
    """Read a conversation."""
    return await transact(services.unit_of_work, lambda uow: service.read_thread(uow, officer, code, cursor))


async def write(
    services: Services, officer: Officer, code: str, given: AgencyMessage, seen: UUID | None = None
) -> MessageShown:
    """Write about a dossier."""
    return await transact(
        services.unit_of_work, lambda uow: service.write(uow, officer, code, given, seen=seen)
    )


async def waiting(services: Services, officer: Officer) -> list[str]:
    """Return the codes of the dossiers in the officer's queue."""
    page = await transact(services.unit_of_work, lambda uow: service.list_waiting(uow, officer, ALL, None))
    return [one.dossier.code for one in page.items]


def said(text: str | None = "Kính gửi", source_id: str | None = None, **fields: object) -> AgencyMessage:
    """Return a message, under a new id unless one is given."""
    return AgencyMessage(source_id=source_id or str(new_id()), text=text, **fields)


def asked(*names: str) -> AgencyMessage:
    """Return a supplement request."""
    items = [MissingItem(name=name) for name in names]
    return said("Đề nghị bổ sung", request=SupplementAsked(items=items))


async def test_an_officers_answer_reaches_the_party_and_empties_the_queue(
    talk: Talk, officer: Officer, services: Services, engine: Engine
):
    """Written by `officer`, named to nobody; the party gets one notice, and what it wrote is marked as read."""
    await talk.say("Bao giờ có kết quả?")
    assert await waiting(services, officer) == [talk.code]
    before = len(await notices(engine))
    thread = await read(services, officer, talk.code)
    assert [(one.author, one.text) for one in thread.items] == [("party", "Bao giờ có kết quả?")]
    assert (thread.may_write, thread.dossier.procedure_name) == (True, "Thủ tục đăng ký khai sinh")
    await write(services, officer, talk.code, said("Thứ sáu này."), thread.seen)
    assert await waiting(services, officer) == []
    assert (await notices(engine))[before:] == ["message"]
    answer, question = (await talk.page())["items"]
    assert (answer["author"], answer["text"]) == ("officer", "Thứ sáu này.")
    assert question["read_by_agency_at"]
    assert str(officer.officer_id) not in str(answer)


async def test_an_agencys_answer_by_api_empties_the_queue_too(
    talk: Talk, desk: Desk, officer: Officer, services: Services
):
    """Whoever of the agency answers, nobody waits any more."""
    await talk.say()
    await desk.say(talk.code)
    assert await waiting(services, officer) == []


async def test_what_was_written_meanwhile_stays_in_the_queue(
    talk: Talk, officer: Officer, services: Services
):
    """An answer, and that none is needed, settle what was seen on the page, and nothing that came later."""
    await talk.say("Một")
    seen = (await read(services, officer, talk.code)).seen
    await talk.say("Hai")
    await write(services, officer, talk.code, said(), seen)
    assert await waiting(services, officer) == [talk.code]
    seen = (await read(services, officer, talk.code)).seen
    await talk.say("Ba")
    for expected in (talk.code, None):
        assert seen
        at_hand = seen
        await transact(
            services.unit_of_work,
            lambda uow, last=at_hand: service.needs_no_answer(uow, officer, talk.code, seen=last),
        )
        assert await waiting(services, officer) == ([expected] if expected else [])
        seen = (await read(services, officer, talk.code)).seen


async def test_a_form_sent_again_writes_once(
    talk: Talk, officer: Officer, services: Services, engine: Engine
):
    """Also at the same moment: one message and one notice; other words under its id are a mistake."""
    before = len(await notices(engine))
    given = said("Một lần", "form-1")
    told = await asyncio.gather(*(write(services, officer, talk.code, given) for _ in range(5)))
    assert len({one.id for one in told}) == 1
    assert len((await talk.page())["items"]) == 1
    assert (await notices(engine))[before:] == ["message"]
    with pytest.raises(Problem) as caught:
        await write(services, officer, talk.code, said("Khác", "form-1"))
    assert (caught.value.kind, caught.value.status) == ("message-id-reused", 409)
    with pytest.raises(Problem):
        await write(services, officer, talk.code, said(None))


async def test_a_supplement_request_from_notice_to_result(
    talk: Talk, officer: Officer, services: Services, push_event: PushEvent, engine: Engine
):
    """It stops the clock as an agency's does; the answer shows as supplied, and the clock runs on."""
    await push_event(talk.code, 4, step="due", **DUE)
    before = len(await notices(engine))
    request = await write(services, officer, talk.code, asked("Giấy chứng sinh", "Giấy kết hôn"))
    assert (await notices(engine))[before:] == ["supplement_required"]
    thread = await read(services, officer, talk.code)
    assert (thread.dossier.supply, thread.dossier.status) == (Supply.AWAITED, 5)
    document = await keep_document(services, talk.citizen)
    await talk.say("Đây ạ", reply_to=str(request.id), items=[1], document_ids=[str(document)])
    assert (await read(services, officer, talk.code)).dossier.supply is Supply.AWAITED
    await talk.say("Chưa kết hôn", reply_to=str(request.id), items=[2])
    thread = await read(services, officer, talk.code)
    assert thread.dossier.supply is Supply.SUPPLIED
    (shown,) = [one.request for one in thread.items if one.request]
    assert [one.answered for one in shown.items] == [True, True]
    async with services.reading() as reading:
        assert await service.count(reading, officer) == Counts(waiting=1, unread=0, supplied=1)
        (attached,) = thread.items[1].attachments
        _, opened = await service.open_attachment(
            reading, officer, talk.code, thread.items[1].id, attached.id
        )
        assert opened.document_id == document
    await write(services, officer, talk.code, said("Đã nhận đủ"), thread.seen)
    await push_event(talk.code, 4, step="again")
    await push_event(talk.code, 9)
    dossier = await talk.dossier()
    assert (dossier["status"]["code"], dossier["due"]["overdue"]) == (9, False)


async def test_all_that_officers_read_is_in_the_partys_access_log(
    talk: Talk, officer: Officer, services: Services
):
    """The queue once for each party, the conversation, and a document by its id, each by that officer."""
    document = await keep_document(services, talk.citizen)
    told = await talk.say(document_ids=[str(document)])
    await talk.say()
    await waiting(services, officer)
    await read(services, officer, talk.code)
    async with services.unit_of_work() as uow:
        ids = UUID(told["id"]), UUID(told["attachments"][0]["id"])
        dossier, attached = await service.open_attachment(uow, officer, talk.code, *ids)
        await service.note_attachment(uow, officer, dossier, attached)
        await uow.commit()
    log = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    entries = log.json()["items"]
    assert [(one["object_kind"], one["document_id"], one["dossier_code"]) for one in entries] == [
        ("document", str(document), None),
        ("messages", None, talk.code),
        ("dossiers", None, None),
    ]
    assert {(one["reader_kind"], one["purpose"]) for one in entries} == {("officer", "dossier")}


async def test_a_long_conversation_comes_page_by_page(talk: Talk, desk: Desk, officer: Officer, services):
    """Each message once, the newest page first and in it the oldest message; only that page marks as read."""
    for n in range(service.THREAD_PAGE + 3):
        await desk.say(talk.code, str(n))
    thread = await read(services, officer, talk.code)
    assert [one.text for one in thread.items] == [str(n) for n in range(3, service.THREAD_PAGE + 3)]
    older = await read(services, officer, talk.code, thread.older_cursor)
    assert [one.text for one in older.items] == ["0", "1", "2"]
    assert (older.older_cursor, older.seen) == (None, None)
    with pytest.raises(Problem):
        await read(services, officer, talk.code, "nonsense")


RIGHTS = [
    (Role.VIEWER, "own", True, False),
    (Role.OFFICER, "own", True, True),
    (Role.SUPERVISOR, "own", True, True),
    (Role.MODERATOR, "own", False, False),
    (Role.VIEWER, "above", True, False),
    (Role.OFFICER, "above", True, True),
    (Role.SUPERVISOR, "above", True, True),
    *(
        (role, where, False, False)
        for role in (Role.OFFICER, Role.SUPERVISOR)
        for where in ("below", "foreign", "ended")
    ),
]


@pytest.mark.parametrize("right", RIGHTS)
async def test_each_role_does_what_it_may_and_no_more(
    talk: Talk,
    agency: Agency,
    services: Services,
    make_agency: MakeAgency,
    right: tuple[Role, str, bool, bool],
):
    """By role, and by the agency for which it is held; what may not be is answered as what is not there."""
    role, where, reads, writes = right
    await talk.say("riêng")
    held = agency
    if where == "above":
        held = await make_agency("H00")
        await _change(services, "UPDATE agency SET lineage = %s || lineage WHERE code = 'H26.1'", [held.id])
    elif where != "own":
        held = await make_agency("H55", parent=agency if where == "below" else None)
    if where == "ended":
        await _change(services, "UPDATE agency SET valid_to = '2020-01-01' WHERE id = %s", held.id)
    officer = await make_officer(services, "an@example.vn", [(role, held)])
    assert await waiting(services, officer) == ([talk.code] if reads else [])
    await _does(reads, read(services, officer, talk.code))
    await _does(writes, write(services, officer, talk.code, said()))
    if reads:
        assert (await read(services, officer, talk.code)).may_write is writes
    assert len((await talk.page())["items"]) == 1 + writes


async def _change(services: Services, statement: str, value: object) -> None:
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(statement.encode(), (value,))
        await uow.commit()


async def _does(may: bool, work) -> None:
    if may:
        await work
        return
    with pytest.raises(NotFoundError) as caught:
        await work
    assert str(caught.value) == "dossier"
