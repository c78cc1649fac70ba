"""A citizen adds an address of their own, proves it by a code, and gives it up again."""

import unicodedata
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.services import Services
from notify.announce import THE_SYSTEM
from notify.planner import Planner
from notify.ports import AddressKind
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import VALUE, value_index
from storage.deliveries import claiming
from storage.deliveries.claiming import FIRST
from tests.api.callers import Citizen, NewCode, PushEvent
from tests.api.proving import EMAIL, PHONE, App, problem

LANES = range(4)


@pytest.fixture
def phone(client: httpx.AsyncClient, services: Services, citizen: Citizen) -> App:
    """The citizen's app."""
    return App(client=client, services=services, citizen=citizen)


async def test_an_address_is_added_and_proved(phone: App) -> None:
    """It is pending, masked, until the code is given; then it is verified and in use."""
    before = datetime.now(UTC)
    answer = await phone.add(PHONE, "phone")
    asked = answer.json()
    assert answer.status_code == 202
    assert (asked["kind"], asked["value"], asked["verified"]) == ("phone", "+84******678", False)
    good_for = datetime.fromisoformat(asked["expires_at"]) - before
    assert timedelta(minutes=10) <= good_for < timedelta(minutes=11)
    wait = datetime.fromisoformat(asked["resend_after"]) - before
    assert timedelta(seconds=60) <= wait < timedelta(seconds=70)
    assert await phone.listed() == [("+84******678", "pending", False)]
    proved = await phone.verify(asked["id"], await phone.code(asked["id"]))
    assert (proved.status_code, proved.json()["verified"], proved.json()["id"]) == (200, True, asked["id"])
    assert await phone.listed() == [("+84******678", "verified", True)]
    ((used_at, verified_at, told_at),) = await phone.rows(
        "SELECT used_at, verified_at, told_at FROM verification JOIN contact c ON c.id = contact_id"
    )
    assert used_at == verified_at == told_at


async def test_the_code_is_nowhere_but_in_the_message(phone: App) -> None:
    """Neither the answer nor any table holds it; the notice names the id from which it is derived."""
    answer = await phone.add()
    code = await phone.code(answer.json()["id"])
    assert code not in answer.text
    ((category, agency_id, target_id, params),) = await phone.rows(
        "SELECT category, agency_id, target_id, params FROM notification"
    )
    assert (category, agency_id, str(target_id)) == ("otp", THE_SYSTEM, answer.json()["id"])
    ((verification_id,),) = await phone.rows("SELECT id FROM verification")
    assert params == {"verification_id": str(verification_id)}
    assert EMAIL not in str(await phone.rows("SELECT contact::text FROM contact"))


async def test_a_code_is_sent_to_its_address_alone(
    phone: App, push_event: PushEvent, new_code: NewCode
) -> None:
    """Planned at once, and claimed by whoever sends; a code that has served is not sent any more."""
    await phone.verify(first := await phone.added("cu@example.vn"), await phone.code(first))
    contact_id = await phone.added()
    await push_event(new_code(), 1)
    planner = Planner(phone.services.unit_of_work, {"email": AddressKind.EMAIL})
    assert await planner.run_once() == 2
    async with phone.services.unit_of_work() as uow:
        claimed, _ = await claiming.claim(
            uow,
            channel="email",
            purpose=VALUE,
            size=10,
            lease=timedelta(seconds=5),
            after=dict.fromkeys(LANES, FIRST),
        )
    sent = sorted((one.category, one.target) for one in claimed)
    assert sent == [("otp", EMAIL), ("status_change", "cu@example.vn")]
    assert {str(one.target_id) for one in claimed if one.target == EMAIL} == {contact_id}


async def test_a_code_expires(phone: App) -> None:
    """After ten minutes, without a try being counted."""
    contact_id = await phone.added()
    await phone.let_pass(timedelta(minutes=10))
    answer = await phone.verify(contact_id, await phone.code(contact_id))
    assert problem(answer) == (422, "validation", [("/code", "code-expired")])
    assert await phone.rows("SELECT tries FROM verification") == [(0,)]


async def test_the_newest_code_counts(phone: App) -> None:
    """Asked for again, the old one is worth nothing, and the new one has all its tries."""
    contact_id = await phone.added()
    old = await phone.code(contact_id)
    await phone.let_pass(timedelta(seconds=61))
    assert await phone.added(EMAIL.upper()) == contact_id
    assert problem(await phone.verify(contact_id, old))[2] == [("/code", "wrong-code")]
    assert (await phone.verify(contact_id, await phone.code(contact_id))).status_code == 200


async def test_proving_twice_changes_nothing(phone: App) -> None:
    """An app that missed the answer may ask again; the code is used up."""
    contact_id = await phone.added()
    code = await phone.code(contact_id)
    first = await phone.verify(contact_id, code)
    before = await phone.rows("SELECT verified_at, told_at, tries FROM contact, verification")
    again = await phone.verify(contact_id, code)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await phone.rows("SELECT verified_at, told_at, tries FROM contact, verification") == before


async def test_nothing_is_sent_to_a_verified_address(phone: App) -> None:
    """Added again it is verified, and of two the one in use."""
    await phone.verify(first := await phone.added(), await phone.code(first))
    await phone.verify(other := await phone.added("khac@example.vn"), await phone.code(other))
    assert [value for value, *_ in await phone.listed()] == ["k***@example.vn", "n***@example.vn"]
    answer = await phone.add()
    assert answer.status_code == 202
    assert answer.json() == {
        "id": first,
        "kind": "email",
        "value": "n***@example.vn",
        "verified": True,
        "expires_at": None,
        "resend_after": None,
    }
    assert await phone.rows("SELECT count(*) FROM notification") == [(2,)]
    assert [value for value, *_ in await phone.listed()] == ["n***@example.vn", "k***@example.vn"]


async def test_a_proof_opens_shut_channels(phone: App) -> None:
    """A bounce of old says nothing about an address whose owner just read a message there; others stay shut."""
    async with phone.services.unit_of_work() as uow:
        for value in (EMAIL, "khac@example.vn"):
            await (await uow.driver()).execute(
                "INSERT INTO suppression (channel, value_index, reason) VALUES ('email', %s, 'bounce')",
                (value_index(uow, ContactKind.EMAIL, value),),
            )
        await uow.commit()
    contact_id = await phone.added()
    assert await phone.rows("SELECT count(*) FROM suppression") == [(2,)]
    await phone.verify(contact_id, await phone.code(contact_id))
    assert await phone.rows("SELECT count(*) FROM suppression") == [(1,)]


async def test_an_address_from_an_agency_is_proved_as_ones_own(
    phone: App, push_event: PushEvent, new_code: NewCode
) -> None:
    """Added by its owner it is a second one, for everything; the agency's by itself can not be proved."""
    await push_event(new_code(), 1, applicant={"email": EMAIL})
    ((supplied,),) = await phone.rows("SELECT id::text FROM contact")
    assert (await phone.verify(supplied, "000000")).status_code == 404
    await phone.verify(own := await phone.added(), await phone.code(own))
    assert own != supplied
    assert await phone.listed() == [
        ("n***@example.vn", "verified", True),
        ("n***@example.vn", "agency_supplied", False),
    ]


@pytest.mark.parametrize("proved", [False, True])
async def test_an_address_of_ones_own_is_given_up(phone: App, proved: bool) -> None:
    """It is gone at once, its code proves nothing any more, and it may come back by a new proof."""
    contact_id = await phone.added()
    code = await phone.code(contact_id)
    if proved:
        await phone.verify(contact_id, code)
    assert (await phone.remove(contact_id)).status_code == 204
    assert await phone.listed() == []
    assert (await phone.remove(contact_id)).status_code == 404
    assert (await phone.verify(contact_id, code)).status_code == 404
    await phone.let_pass(timedelta(minutes=1))
    answer = await phone.add()
    assert answer.json()["verified"] is False
    assert await phone.listed() == [("n***@example.vn", "pending", False)]


async def test_nothing_goes_to_an_address_given_up(phone: App) -> None:
    """A code that was still on its way there stays."""
    contact_id = await phone.added()
    await phone.remove(contact_id)
    planner = Planner(phone.services.unit_of_work, {"email": AddressKind.EMAIL})
    assert await planner.run_once() == 1
    assert await phone.rows("SELECT FROM delivery") == []


@pytest.mark.parametrize(
    "spelling",
    [
        "  Nguyen.An@Example.VN ",
        "nguyen\u200b.an@example.vn\ufeff",
        "ｎｇｕｙｅｎ.ａｎ@example.vn",
    ],
)
async def test_one_mailbox_is_one_address(phone: App, spelling: str) -> None:
    """Neither case nor invisible letters nor another form of the same make a second one, or more codes."""
    await phone.added()
    assert (await phone.add(spelling)).status_code == 429
    assert await phone.rows("SELECT count(*) FROM contact") == [(1,)]


@pytest.mark.parametrize("domain", ["thư.example.vn", "bưu-điện.example.vn"])
async def test_names_of_domains_are_one_in_both_forms_of_unicode(phone: App, domain: str) -> None:
    """Composed and decomposed letters are the same name."""
    await phone.added(f"an@{unicodedata.normalize('NFC', domain)}")
    assert (await phone.add(f"an@{unicodedata.normalize('NFD', domain)}")).status_code == 429
