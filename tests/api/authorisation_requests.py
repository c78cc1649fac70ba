"""A real request to each route: with it, whoever may call succeeds.

What a call uses up is made anew for each caller, so that no answer depends on who called before.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from api.console.dossier_files_form import packed
from api.open_data.router import shelf
from auth.representation import ACCESS_TOKEN, GRANT_TYPE
from notify.one_time_code import code_of
from storage.answer_templates import repository as templates
from storage.answer_templates.repository import Wording
from storage.contact_points import repository as contact_points
from storage.contact_points.record import ContactRecord, Hotline
from storage.contacts import proving
from storage.contacts.addresses import ContactKind
from storage.contacts.opt_out import opt_out_token
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.ids import new_id
from storage.parties import repository as parties
from storage.scores.models import DossierMeasure, ScoreMonth
from storage.seals.statuses import ENTRIES
from storage.verifications import repository as verifications
from tests.api import authorisation_complaints as complaints
from tests.api import authorisation_console_complaints as officers_complaints
from tests.api import authorisation_dossiers as dossiers
from tests.api import authorisation_questions as officers_questions
from tests.api import authorisation_ratings as ratings
from tests.api import authorisation_reuse as reuse
from tests.api import authorisation_surveys as surveys
from tests.api import authorisation_sync as sync
from tests.api.acting import APP, session_of, sign_in, token_of, vouch, vouched
from tests.api.authorisation_world import World
from tests.api.documents import keep_document
from tests.api.questions.asking import ANSWER, QUESTION, keep_answer, keep_question
from tests.api.results.handing import letter, parts, said
from tests.api.verify.sealing import sealed


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is sent.

    Attributes:
        names: what fills the blanks of the route's path, as the owner's things are called.
        missing: what fills them for things that are not there.
    """

    names: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    form: dict[str, str] | None = None
    files: dict[str, Any] | None = None
    content: bytes | None = None
    media_type: str | None = None


Make = Callable[[World], Awaitable[Call]]


def plain(**sent: Any) -> Make:
    """Send the same whoever calls."""

    async def make(_world: World) -> Call:
        return Call(**sent)

    return make


def an_id(name: str, owned: Callable[[World], Awaitable[str]], **sent: Any) -> Make:
    """Name something of the owner's, made anew; missing is an id of nothing."""

    async def make(world: World) -> Call:
        return Call(names={name: await owned(world)}, missing={name: str(uuid4())}, **sent)

    return make


async def of_dossier(world: World) -> Call:
    """Name the owner's dossier."""
    return Call(names={"code": world.code}, missing={"code": "H26.1-261121-8888"})


async def rating_token(world: World) -> Call:
    """Have a token signed for the owner's dossier."""
    return replace(await of_dossier(world), json=await ratings.blinded(world))


async def rating_link(world: World) -> Call:
    """Bring the link of a notice to the owner."""
    await ratings.rateable(world)
    return Call(json=ratings.linked(world))


async def rating_link_token(world: World) -> Call:
    """Have a number signed by it."""
    return Call(json={**ratings.linked(world), **await ratings.blinded(world)})


async def rating(world: World) -> Call:
    """Rate the owner's dossier."""
    return Call(json=await ratings.rating(world))


def survey(make: Callable[[World], Awaitable[str]], **sent: Any) -> Make:
    """Name a survey of the agency's, to which the owner was invited or which was answered."""

    async def call(world: World) -> Call:
        return Call(names={"code": await make(world)}, missing={"code": surveys.MISSING}, **sent)

    return call


async def survey_answer(world: World) -> Call:
    """Answer a survey to which the owner was invited."""
    return replace(await survey(surveys.invited)(world), json=surveys.answer())


async def survey_page(world: World) -> Call:
    """Answer a survey on its page."""
    code = await surveys.for_everybody(world)
    return Call(names={"code": code}, form=await surveys.filled(world, code))


async def month_of_scores(world: World) -> Call:
    """Ask for the scores of a month in which something is counted."""
    async with world.services.unit_of_work() as uow:
        await uow.session.merge(ScoreMonth(month=date(2026, 10, 1), version=1))
        await uow.commit()
    return Call(names={"month": "2026-10"})


async def scores_of_agency(world: World) -> Call:
    """Ask for the scores of the owner's agency in a month in which a dossier of it ended."""
    month, at = date(2026, 10, 1), datetime(2026, 10, 2, tzinfo=UTC)
    async with world.services.unit_of_work() as uow:
        ended = DossierMeasure(dossier_id=new_id(), agency_id=world.town.id, month=month, ended_at=at)
        uow.session.add(ended)
        await uow.session.merge(ScoreMonth(month=month, version=1))
        await uow.commit()
    # What was made of the month for another test has none of it.
    shelf.forget()
    return Call(names={"month": "2026-10", "code": world.town.code})


async def agency_contact(world: World) -> Call:
    """Ask how the owner's agency is reached."""
    record = ContactRecord(hotlines=(Hotline(label="Tổng đài", number="1022"),))
    async with world.services.unit_of_work() as uow:
        await contact_points.put(uow, [(world.town.id, record)], author="test")
        await uow.commit()
    return Call(names={"code": "H26.1"})


async def message(world: World) -> Call:
    """Write about the owner's dossier."""
    return replace(await of_dossier(world), json={"text": "Xin chào"})


async def agency_message(world: World) -> Call:
    """Write about the owner's dossier as its agency, under a new id."""
    return replace(await of_dossier(world), json={"source_id": uuid4().hex, "text": "Kính gửi"})


async def console_message(world: World) -> Call:
    """Write about the owner's dossier on the officers' page, by a new form and without a file."""
    said = {"form_id": str(uuid4()), "seen": str(uuid4()), "text": "Kính gửi"}
    files = {name: (None, value) for name, value in said.items()} | {"file": ("", b"")}
    return replace(await of_dossier(world), files=files)


async def console_supplement(world: World) -> Call:
    """Ask there for a supplement, by a new form."""
    form = {"form_id": str(uuid4()), "seen": str(uuid4()), "name-1": "Giấy chứng sinh", "action": "send"}
    return replace(await of_dossier(world), form=form)


async def console_settle(world: World) -> Call:
    """Say there that no answer is needed."""
    return replace(await of_dossier(world), form={"seen": str(uuid4())})


async def read_up_to(world: World) -> Call:
    """Mark as read up to a message that is not there."""
    return replace(await of_dossier(world), json={"up_to": str(uuid4())})


async def message_with_file(world: World) -> Call:
    """Write about the owner's dossier, with a file."""
    files = {
        "message": (None, json.dumps({"file_name": "giay.pdf"}), "application/json"),
        "file": ("giay.pdf", letter(), "application/pdf"),
    }
    return replace(await of_dossier(world), files=files)


async def agency_message_with_file(world: World) -> Call:
    """The same as its agency, under a new id."""
    said = {"source_id": uuid4().hex, "file_name": "giay.pdf"}
    files = {
        "message": (None, json.dumps(said), "application/json"),
        "file": ("giay.pdf", letter(), "application/pdf"),
    }
    return replace(await of_dossier(world), files=files)


async def attachment(world: World) -> Call:
    """Name a document that the owner has handed over."""
    owner, dossier = await sign_in(world.services, world.owner), await of_dossier(world)
    body = {"document_ids": [await document(world)]}
    path = f"/v1/dossiers/{world.code}/messages"
    answer = await world.client.post(path, json=body, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    names = {"message_id": answer.json()["id"], "attachment_id": answer.json()["attachments"][0]["id"]}
    missing = {name: str(uuid4()) for name in names}
    return Call(names=dossier.names | names, missing=dossier.missing | missing)


async def contact(world: World) -> str:
    """Let the owner give an address that waits for its proof."""
    async with world.services.unit_of_work() as uow:
        key = await parties.open_key(uow, world.owner.party_id)
        value, now = f"own{next(world.serial)}@example.vn", datetime.now(UTC)
        given = await proving.give(uow, key, ContactKind.EMAIL, value, now=now)
        await uow.commit()
    return str(given.id)


async def proof_of_contact(world: World) -> Call:
    """Send the right code for an address of the owner's."""
    contact_id, now = await contact(world), datetime.now(UTC)
    async with world.services.unit_of_work() as uow:
        verification_id = await verifications.add(
            uow, contact_id, world.owner.party_id, now=now, expires_at=now + timedelta(minutes=5)
        )
        await uow.commit()
    code = code_of(world.services.cipher, verification_id)
    return Call(names={"contact_id": contact_id}, missing={"contact_id": str(uuid4())}, json={"code": code})


async def new_contact(world: World) -> Call:
    """Give an address that nobody has."""
    return Call(json={"kind": "email", "value": f"new{next(world.serial)}@example.vn"})


async def device(world: World) -> str:
    """Register a phone of the owner's."""
    installation = Installation(
        id=new_id(), platform="android", push_token=uuid4().hex, confirms_receipt=False, app_version=None
    )
    async with world.services.unit_of_work() as uow:
        await devices.put(uow, await parties.open_key(uow, world.owner.party_id), installation)
        await uow.commit()
    return str(installation.id)


async def registration(world: World) -> Call:
    """Register a phone that nobody has yet: who signs in on one takes it over."""
    body = {"platform": "android", "push_token": uuid4().hex}
    return Call(names={"installation_id": str(uuid4())}, json=body)


async def session(world: World) -> str:
    """Sign the owner in once more."""
    return str(session_of(world.services, await sign_in(world.services, world.owner)))


async def representative(world: World) -> str:
    """Let somebody act for the owner."""
    registry = replace(world.town, headers=world.client_of(world.town))
    return await vouch(world.client, registry, world.stranger, world.owner)


async def offered(world: World) -> str:
    """Let somebody ask the owner to act for them."""
    somebody = await world.make_citizen(f"0011911{next(world.serial):05d}")
    body = {
        "number": world.owner.number,
        "scope": ["read_dossiers"],
        "valid_until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    answer = await world.client.post("/v1/me/representatives", json=body, headers=somebody.headers)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def new_representative(world: World) -> Call:
    """Name somebody who is nobody yet."""
    body = {
        "number": f"0011900{next(world.serial):05d}",
        "scope": ["read_dossiers"],
        "valid_until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    return Call(json=body)


async def vouched_for(world: World) -> Call:
    """Vouch for somebody, under a new id."""
    return Call(json=vouched(world.stranger, world.owner))


async def event(world: World) -> Call:
    """Tell a further step of the owner's dossier."""
    body = {
        "event_id": uuid4().hex,
        "dossier_code": world.code,
        "status": 4,
        "occurred_at": datetime.now(UTC).isoformat(),
        "step": uuid4().hex,
    }
    return Call(json=body)


async def put_dossier(world: World) -> Call:
    """Say how the owner's dossier came."""
    return Call(names={"code": world.code}, json={"channel": 2})


async def put_dossiers(world: World) -> Call:
    """Say it in a batch."""
    return Call(json={"dossiers": [{"code": world.code, "channel": 2}]})


def new_arrangement(name: str) -> Make:
    """Arrange something about the owner's dossier, under a new id."""

    async def make(world: World) -> Call:
        return replace(await of_dossier(world), json=dossiers.new_item(name))

    return make


def arrangement(name: str) -> Make:
    """Say what became of something that was arranged about it."""

    async def make(world: World) -> Call:
        names = {"code": world.code, "source_id": await dossiers.kept_item(world, name)}
        return Call(names=names, missing=names | {"source_id": uuid4().hex}, json={"state": "cancelled"})

    return make


async def event_table(world: World) -> Call:
    """Tell a further step of the owner's dossier by a table."""
    at = datetime.now(UTC).isoformat()
    lines = ["dossier_code,status,occurred_at,step", f"{world.code},4,{at},{uuid4().hex}"]
    return Call(content="\n".join(lines).encode(), media_type="text/csv")


def console_table(*, carried: bool) -> Make:
    """Send it on the officers' page: as a file, or as a page that told of it carries it on."""

    async def make(world: World) -> Call:
        content = (await event_table(world)).content or b""
        file = (None, await packed(content)) if carried else ("events.csv", content)
        return Call(files={"agency": (None, world.town.code), "file": file})

    return make


async def exchange(world: World) -> Call:
    """Show the helper's token and right: they open whoever's hands they are in."""
    helper = await sign_in(world.services, world.helper)
    form = {
        "grant_type": GRANT_TYPE,
        "client_id": APP,
        "subject_token": token_of(helper),
        "subject_token_type": ACCESS_TOKEN,
        "representation_id": world.rights["everything"],
    }
    return Call(form=form)


async def opt_out(world: World) -> Call:
    """Open the link in a message to the owner's address."""
    ((contact_id,),) = await world.rows("SELECT id FROM contact WHERE source = 'agency_supplied'")
    token = opt_out_token(world.services.cipher, contact_id)
    return Call(names={"token": token}, missing={"token": opt_out_token(world.services.cipher, new_id())})


async def lookup(world: World) -> Call:
    """Show the number of the dossier's applicant."""
    return Call(json={"code": world.code, "proof": world.owner.number})


async def notices(world: World) -> Call:
    """Name the owner's notices."""
    found = await world.rows("SELECT id FROM notification WHERE party_id = %s", world.owner.party_id)
    return Call(json={"ids": [str(row[0]) for row in found]})


async def new_result(world: World) -> Call:
    """Hand over a paper of the owner's, under a new id."""
    return Call(files=parts(said(uuid4().hex, owner={"number": world.owner.number}), letter()))


async def handed_over(world: World) -> dict[str, Any]:
    """Return a paper of the owner's, handed over once."""
    headers = world.client_of(world.town)
    files = parts(said("AUTHORISED", owner={"number": world.owner.number}), letter())
    answer = await world.client.post("/v1/agency/results", files=files, headers=headers)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def result(world: World) -> str:
    """Name that paper."""
    found: str = (await handed_over(world))["id"]
    return found


async def result_by_source(world: World) -> Call:
    """Ask for it by its agency's own name."""
    return Call(query={"source_id": (await handed_over(world))["source_id"]})


async def seal(world: World) -> Call:
    """Name the seal of that paper."""
    found = await handed_over(world)
    return Call(names={"code": found["seal"]["code"]}, missing={"code": "0" * 12})


async def new_seal(world: World) -> Call:
    """Reserve a seal for the owner."""
    return Call(json={"owner": {"number": world.owner.number}, "procedure_code": "1.001193"})


async def verification(world: World) -> Call:
    """Ask for a sealed document."""
    return Call(names={"code": (await sealed(world.services)).code})


async def status_list(world: World) -> Call:
    """Ask for a list that tells of one."""
    return Call(names={"number": str((await sealed(world.services)).status_index // ENTRIES)})


async def document(world: World) -> str:
    """Put a document into the owner's store."""
    return str(await keep_document(world.services, world.owner, uuid4().hex))


async def new_share(world: World) -> Call:
    """Share a document of the owner's."""
    return Call(json={"document_ids": [await document(world)], "purpose": "Nộp hồ sơ"})


async def share(world: World) -> dict[str, Any]:
    """Let the owner share a document, and return the link as it was made."""
    owner = await sign_in(world.services, world.owner)
    asked = (await new_share(world)).json | {"roles": ["original", "copy"]}
    answer = await world.client.post("/v1/vault/shares", json=asked, headers=owner.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def share_id(world: World) -> str:
    """Return the id of a link."""
    return str((await share(world))["id"])


async def grant_of_results(world: World) -> Call:
    """Grant a document of the owner's to an agency that asks."""
    return Call(
        names={"request_id": await reuse.asked(world)},
        missing={"request_id": str(uuid4())},
        json={"document_ids": [await document(world)], "version": 1},
    )


async def granted_file(world: World) -> Call:
    """Name a file that the owner granted."""
    request_id, document_id = await reuse.granted(world)
    names = {"request_id": request_id, "document_id": str(document_id)}
    return Call(names=names, missing=reuse.MISSING_FILE)


async def new_result_request(world: World) -> Call:
    """Ask the owner for a result."""
    return Call(json=reuse.new(world))


async def result_query(world: World) -> Call:
    """Query the owner's results."""
    return Call(json=reuse.query(world))


async def new_template(world: World) -> Call:
    """Write words for answers of the owner's agency."""
    return Call(
        form={"form_id": str(new_id()), "agency": world.town.code, "name": "Mẫu", "text": "Xin chào."}
    )


async def template(world: World) -> Call:
    """Name words that somebody in charge of the owner's agency wrote."""
    template_id, now = new_id(), datetime.now(UTC)
    async with world.services.unit_of_work() as uow:
        await templates.add(
            uow,
            world.officers["off"],
            Wording(name="Mẫu", text="Xin chào."),
            template_id=template_id,
            agency_code=world.town.code,
            now=now,
        )
        await uow.commit()
    form = (await new_template(world)).form or {}
    return Call(
        names={"template_id": str(template_id)},
        missing={"template_id": str(new_id())},
        form=form | {"shown": now.isoformat()},
    )


async def link(world: World) -> Call:
    """Name a link as whoever was given it does."""
    return Call(names={"token": (await share(world))["link"].rpartition("/")[2]})


async def shared_file(world: World) -> Call:
    """Open a link, whose cookie this client then shows, and name what it leads to."""
    made = await share(world)
    token = made["link"].rpartition("/")[2]
    assert (await world.client.post(f"/v1/shares/{token}/visits")).status_code == 201
    return Call(names={"token": token, "document_id": made["document_ids"][0]})


async def own_question(world: World) -> str:
    """Keep a question of the owner's to the agency."""
    return await keep_question(world.services, world.owner.party_id, world.town.id)


async def published_answer(world: World) -> str:
    """Publish what is asked often."""
    return str(await keep_answer(world.services, world.town.id))


async def console_answer(world: World) -> Call:
    """Answer a question."""
    return await _console_question(world, text="Được.", reason="unclear", agency_code="H55.1")


async def _console_question(world: World, **form: str) -> Call:
    call = await an_id("question_id", officers_questions.asked)(world)
    return replace(call, form={"form_id": str(uuid4())} | form)


async def console_answered(world: World) -> Call:
    """Name a question that was answered, and waits for a moderator."""
    question_id, answer_id = await officers_questions.answered(world)
    form = {"form_id": str(uuid4()), "seen_answer": answer_id, "version": "1"}
    words = {"question": "Ở đâu?", "answer": "Ở đây."}
    return Call(names={"question_id": question_id}, missing={"question_id": str(uuid4())}, form=form | words)


async def console_entry(world: World) -> Call:
    """Change what is asked often: what it is by now, so that nobody else has changed it."""
    call = await an_id("published_id", published_answer)(world)
    form = officers_questions.form_of_entry()
    return replace(call, form=form | {"question": QUESTION, "answer": ANSWER})


async def console_new_entry(_world: World) -> Call:
    """Write what is asked often."""
    return Call(form=officers_questions.form_of_entry())


def complaint(owned: Callable[[World], Awaitable[tuple[str, dict[str, str]]]]) -> Make:
    """Name a complaint, and send what may be done with it."""

    async def make(world: World) -> Call:
        complaint_id, form = await owned(world)
        return Call(names={"complaint_id": complaint_id}, missing={"complaint_id": str(uuid4())}, form=form)

    return make


async def console_ratings(world: World) -> Call:
    """Name ratings of the agency's, and answer them."""
    month, answer_id = await ratings.answered(world)
    names = {"code": "H26.1", "month": month}
    form = {"form_id": str(uuid4()), "text": "Chúng tôi đã thêm một quầy.", "seen": answer_id}
    return Call(names=names, missing={"code": "H26.99", "month": month}, form=form)


async def console_ratings_answer(world: World) -> Call:
    """Name an answer to ratings of the agency's."""
    month, answer_id = await ratings.answered(world)
    names = {"code": "H26.1", "month": month, "answer_id": answer_id}
    return Call(names=names, missing=names | {"answer_id": str(uuid4())})


async def sync_report(world: World) -> Call:
    """Ask for a day that was reported."""
    await sync.reported(world)
    return Call()


async def console_difference(world: World) -> Call:
    """Name a difference of the agency's, and let it stay."""
    names = {"difference_id": await sync.left(world)}
    return Call(names=names, missing={"difference_id": sync.nowhere()}, form={"note": "Cổng sẽ sửa"})


EMPTY = plain()
a_procedure = plain(names={"code": "1.001193"})
REQUESTS: dict[str, Make] = {
    "GET /openapi.json": EMPTY,
    "GET /docs": EMPTY,
    "GET /health/live": EMPTY,
    "GET /health/ready": EMPTY,
    "GET /version": EMPTY,
    "GET /oauth/authorize": EMPTY,
    "GET /oauth/callback": EMPTY,
    "POST /oauth/token": exchange,
    "POST /oauth/backchannel-logout": plain(form={"logout_token": "unknown"}),
    "POST /oauth/revoke": plain(form={"client_id": APP, "token": "unknown"}),
    "GET /.well-known/oauth-authorization-server": EMPTY,
    "GET /.well-known/jwks.json": EMPTY,
    "GET /opt-out/{token}": opt_out,
    "POST /opt-out/{token}": opt_out,
    "POST /v1/receipts/{provider}": plain(names={"provider": "nobody"}),
    "GET /tra-cuu": EMPTY,
    "POST /v1/lookups/dossiers": lookup,
    "GET /v1/verifications/{code}": verification,
    "GET /v1/status-lists/{number}": status_list,
    "GET /.well-known/tindan-seal-keys.json": EMPTY,
    "GET /V/sw.js": EMPTY,
    "GET /V/{code}": plain(names={"code": "7K3M0QXV92TE"}),
    "GET /v/{code}": plain(names={"code": "7K3M0QXV92TE"}),
    "GET /v1/agencies": EMPTY,
    "GET /v1/agencies/{code}": plain(names={"code": "H26.1"}),
    "GET /v1/agencies/{code}/contact": agency_contact,
    "GET /v1/open-data/scores": EMPTY,
    "GET /v1/open-data/scores/schema.json": EMPTY,
    "GET /v1/open-data/scores/{month}.csv": month_of_scores,
    "GET /v1/open-data/scores/{month}": month_of_scores,
    "GET /v1/procedures": EMPTY,
    "GET /v1/procedures/suggestions": EMPTY,
    "GET /v1/life-events": EMPTY,
    "GET /v1/life-events/{event}": plain(names={"event": "birth"}),
    "GET /v1/procedures/bundle": EMPTY,
    "GET /v1/procedures/{code}": a_procedure,
    "GET /v1/procedures/{code}/versions": a_procedure,
    "GET /thu-tuc/{code}": a_procedure,
    "GET /cham-diem": EMPTY,
    "GET /cham-diem/{month}": month_of_scores,
    "GET /cham-diem/{month}/{code}": scores_of_agency,
    "GET /v1/dossiers": EMPTY,
    "GET /v1/dossiers/{code}": of_dossier,
    "GET /v1/dossiers/{code}/slip": of_dossier,
    "GET /v1/dossiers/{code}/messages": of_dossier,
    "POST /v1/dossiers/{code}/messages": message,
    "POST /v1/dossiers/{code}/messages/files": message_with_file,
    "POST /v1/dossiers/{code}/messages/read": read_up_to,
    "GET /v1/dossiers/{code}/messages/{message_id}/attachments/{attachment_id}": attachment,
    "GET /v1/notifications": EMPTY,
    "POST /v1/notifications/read": notices,
    "POST /v1/notifications/received": notices,
    "GET /v1/vault/documents": EMPTY,
    "GET /v1/vault/documents/{document_id}": an_id("document_id", document),
    "GET /v1/vault/documents/{document_id}/original": an_id("document_id", document),
    "GET /v1/vault/documents/{document_id}/copy": an_id("document_id", document),
    "GET /v1/vault/shares": EMPTY,
    "POST /v1/vault/shares": new_share,
    "DELETE /v1/vault/shares/{share_id}": an_id("share_id", share_id),
    "GET /v1/result-requests": EMPTY,
    "GET /v1/result-requests/{request_id}": an_id("request_id", reuse.asked),
    "GET /v1/result-requests/{request_id}/documents": an_id("request_id", reuse.asked),
    "POST /v1/result-requests/{request_id}/grant": grant_of_results,
    "POST /v1/result-requests/{request_id}/decline": an_id("request_id", reuse.asked),
    "DELETE /v1/result-requests/{request_id}": an_id("request_id", reuse.granted_request),
    "GET /chia-se/{token}": link,
    "GET /console": EMPTY,
    "GET /console/sign-in": EMPTY,
    "GET /console/sign-in/start": EMPTY,
    "GET /console/callback": EMPTY,
    "POST /console/sign-out": EMPTY,
    "GET /console/messages": EMPTY,
    "GET /console/dossiers/{code}/messages": of_dossier,
    "POST /console/dossiers/{code}/messages": console_message,
    "GET /console/dossiers/{code}/messages/supplement": of_dossier,
    "POST /console/dossiers/{code}/messages/supplement": console_supplement,
    "POST /console/dossiers/{code}/messages/settle": console_settle,
    "GET /console/dossiers/{code}/messages/{message_id}/attachments/{attachment_id}": attachment,
    "GET /console/dossier-files": EMPTY,
    "GET /console/dossier-files/template": EMPTY,
    "POST /console/dossier-files/check": console_table(carried=False),
    "POST /console/dossier-files/keep": console_table(carried=True),
    "POST /console/dossier-files/faults": console_table(carried=True),
    "GET /console/templates": EMPTY,
    "GET /console/templates/new": EMPTY,
    "POST /console/templates/new": new_template,
    "GET /console/templates/{template_id}": template,
    "POST /console/templates/{template_id}": template,
    "POST /console/templates/{template_id}/retire": template,
    "GET /console/questions": EMPTY,
    "GET /console/questions/{question_id}": an_id("question_id", officers_questions.asked),
    "POST /console/questions/{question_id}/answer": console_answer,
    "POST /console/questions/{question_id}/decline": console_answer,
    "POST /console/questions/{question_id}/forward": console_answer,
    "POST /console/questions/{question_id}/confirm": console_answered,
    "GET /console/moderation": EMPTY,
    "GET /console/moderation/{question_id}": console_answered,
    "POST /console/moderation/{question_id}/publish": console_answered,
    "POST /console/moderation/{question_id}/refuse": console_answered,
    "GET /console/published": EMPTY,
    "GET /console/published/new": EMPTY,
    "POST /console/published/new": console_new_entry,
    "GET /console/published/{published_id}": an_id("published_id", officers_questions.published),
    "POST /console/published/{published_id}": console_entry,
    "POST /console/published/{published_id}/take-down": an_id("published_id", officers_questions.published),
    "GET /console/complaints": EMPTY,
    "GET /console/complaints/{complaint_id}": complaint(officers_complaints.received),
    "POST /console/complaints/{complaint_id}/accept": complaint(officers_complaints.received),
    "POST /console/complaints/{complaint_id}/answer": complaint(officers_complaints.accepted),
    "POST /console/complaints/{complaint_id}/ask": complaint(officers_complaints.received),
    "POST /console/complaints/{complaint_id}/forward": complaint(officers_complaints.received),
    "POST /console/complaints/{complaint_id}/decline": complaint(officers_complaints.received),
    "GET /console/complaint-moderation": EMPTY,
    "GET /console/complaint-moderation/published": EMPTY,
    "GET /console/complaint-moderation/{complaint_id}": complaint(officers_complaints.pending),
    "POST /console/complaint-moderation/{complaint_id}/publish": complaint(officers_complaints.pending),
    "POST /console/complaint-moderation/{complaint_id}/refuse": complaint(officers_complaints.pending),
    "POST /console/complaint-moderation/{complaint_id}/take-down": complaint(officers_complaints.published),
    "GET /console/ratings": EMPTY,
    "GET /console/sync": EMPTY,
    "GET /console/sync/day": EMPTY,
    "GET /console/sync/{difference_id}": console_difference,
    "POST /console/sync/{difference_id}/settle": console_difference,
    "GET /v1/agency/sync-report": sync_report,
    "GET /console/ratings/{code}/{month}": console_ratings,
    "POST /console/ratings/{code}/{month}/answers": console_ratings,
    "POST /console/ratings/{code}/{month}/answers/{answer_id}/take-down": console_ratings_answer,
    "GET /v1/shares/{token}": link,
    "POST /v1/shares/{token}/visits": link,
    "GET /v1/shares/{token}/documents/{document_id}/copy": shared_file,
    "GET /v1/shares/{token}/documents/{document_id}/original": shared_file,
    "GET /v1/me": EMPTY,
    "PATCH /v1/me": plain(json={"locale": "vi"}),
    "GET /v1/me/contacts": EMPTY,
    "POST /v1/me/contacts": new_contact,
    "POST /v1/me/contacts/{contact_id}/verify": proof_of_contact,
    "DELETE /v1/me/contacts/{contact_id}": an_id("contact_id", contact),
    "GET /v1/me/preferences": EMPTY,
    "PUT /v1/me/preferences": plain(json={"items": []}),
    "GET /v1/complaints/published": EMPTY,
    "GET /v1/complaints/published/{published_id}": an_id("published_id", complaints.published),
    "POST /v1/complaints": plain(json=complaints.NEW),
    "GET /v1/complaints": EMPTY,
    "GET /v1/complaints/{complaint_id}": an_id("complaint_id", complaints.filed),
    "POST /v1/complaints/{complaint_id}/supplements": an_id(
        "complaint_id", complaints.asked_more, json={"text": "Ngày 3."}
    ),
    "POST /v1/complaints/{complaint_id}/withdrawal": an_id("complaint_id", complaints.filed),
    "PUT /v1/complaints/{complaint_id}/publication": an_id(
        "complaint_id", complaints.filed, json={"public": False}
    ),
    "GET /v1/questions": EMPTY,
    "GET /v1/questions/{published_id}": an_id("published_id", published_answer),
    "POST /v1/questions/similar": plain(json={"text": "Đăng ký khai sinh"}),
    "POST /v1/questions": plain(json={"text": "Ở đâu?", "public": False, "agency_code": "H26.1"}),
    "GET /v1/questions/mine": EMPTY,
    "GET /v1/questions/mine/{question_id}": an_id("question_id", own_question),
    "POST /v1/questions/mine/{question_id}/withdraw": an_id("question_id", own_question),
    "GET /v1/dossiers/{code}/rating": of_dossier,
    "POST /v1/dossiers/{code}/rating-token": rating_token,
    "POST /v1/ratings": rating,
    "GET /danh-gia": EMPTY,
    "POST /v1/rating-links/invitations": rating_link,
    "POST /v1/rating-links/tokens": rating_link_token,
    "GET /v1/agencies/{code}/ratings": plain(names={"code": "H26.1"}, query={"month": "2026-11"}),
    "GET /khao-sat/{code}": survey(surveys.for_everybody),
    "POST /khao-sat/{code}": survey_page,
    "GET /khao-sat/{code}/cam-on": survey(surveys.for_everybody),
    "GET /v1/surveys": EMPTY,
    "GET /v1/surveys/{code}": survey(surveys.invited),
    "POST /v1/surveys/{code}/answers": survey_answer,
    "GET /v1/agency/surveys": EMPTY,
    "PUT /v1/agency/surveys/{code}": survey(
        surveys.invited, json={"form": surveys.FORM, "audience": {"kind": "dossiers"}}
    ),
    "GET /v1/agency/surveys/{code}": survey(surveys.invited),
    "POST /v1/agency/surveys/{code}/opening": survey(surveys.invited, json={}),
    "POST /v1/agency/surveys/{code}/closing": survey(surveys.invited),
    "GET /v1/agency/surveys/{code}/summary": survey(surveys.answered),
    "GET /v1/agency/surveys/{code}/answers.csv": survey(surveys.answered),
    "GET /v1/agency/surveys/{code}/answers.jsonl": survey(surveys.answered),
    "GET /v1/me/consents": EMPTY,
    "GET /v1/me/consents/history": EMPTY,
    "PUT /v1/me/consents/{purpose}": plain(
        names={"purpose": "read_receipts"}, json={"given": True, "version": 1}
    ),
    "GET /v1/me/representatives": EMPTY,
    "POST /v1/me/representatives": new_representative,
    "DELETE /v1/me/representatives/{representation_id}": an_id("representation_id", representative),
    "GET /v1/me/represented": EMPTY,
    "POST /v1/me/represented/{representation_id}/accept": an_id("representation_id", offered),
    "DELETE /v1/me/represented/{representation_id}": an_id("representation_id", offered),
    "GET /v1/me/access-log": EMPTY,
    "GET /v1/sessions": EMPTY,
    "PATCH /v1/sessions/current": plain(json={"device_name": "Điện thoại của tôi"}),
    "DELETE /v1/sessions/{session_id}": an_id("session_id", session),
    "DELETE /v1/sessions": EMPTY,
    "PUT /v1/devices/{installation_id}": registration,
    "DELETE /v1/devices/{installation_id}": an_id("installation_id", device),
    "POST /v1/agency/dossier-events": event,
    "GET /v1/agency/dossiers": EMPTY,
    "POST /v1/agency/dossiers": put_dossiers,
    "PUT /v1/agency/dossiers/{code}": put_dossier,
    "GET /v1/agency/dossiers/{code}": of_dossier,
    "POST /v1/agency/dossiers/{code}/appointments": new_arrangement("appointments"),
    "PATCH /v1/agency/dossiers/{code}/appointments/{source_id}": arrangement("appointments"),
    "POST /v1/agency/dossiers/{code}/payments": new_arrangement("payments"),
    "PATCH /v1/agency/dossiers/{code}/payments/{source_id}": arrangement("payments"),
    "POST /v1/agency/dossiers/{code}/postal-items": new_arrangement("postal-items"),
    "PATCH /v1/agency/dossiers/{code}/postal-items/{source_id}": arrangement("postal-items"),
    "POST /v1/agency/dossier-events/csv": event_table,
    "GET /v1/agency/dossier-events/csv-template": EMPTY,
    "POST /v1/agency/representations": vouched_for,
    "GET /v1/agency/dossiers/{code}/slip": of_dossier,
    "GET /v1/agency/messages": EMPTY,
    "POST /v1/agency/dossiers/{code}/messages": agency_message,
    "POST /v1/agency/dossiers/{code}/messages/files": agency_message_with_file,
    "POST /v1/agency/dossiers/{code}/messages/read": read_up_to,
    "GET /v1/agency/dossiers/{code}/messages/{message_id}/attachments/{attachment_id}": attachment,
    "POST /v1/agency/results": new_result,
    "GET /v1/agency/results": result_by_source,
    "GET /v1/agency/results/{document_id}": an_id("document_id", result),
    "POST /v1/agency/results/{document_id}/revocation": an_id(
        "document_id", result, json={"reason": "Cấp sai thẩm quyền"}
    ),
    "POST /v1/agency/result-requests": new_result_request,
    "GET /v1/agency/result-requests/{request_id}": an_id("request_id", reuse.asked),
    "GET /v1/agency/result-requests/{request_id}/results": an_id("request_id", reuse.granted_request),
    "GET /v1/agency/result-requests/{request_id}/results/{document_id}/original": granted_file,
    "GET /v1/agency/result-requests/{request_id}/results/{document_id}/copy": granted_file,
    "POST /v1/agency/result-store/queries": result_query,
    "POST /v1/agency/seals": new_seal,
    "GET /v1/agency/seals/{code}/qr.svg": seal,
    "GET /v1/agency/seals/{code}/qr.png": seal,
    "GET /v1/officer": EMPTY,
    "GET /v1/officer/agencies/{code}/officers": plain(names={"code": "H26.1"}, missing={"code": "H99"}),
    "GET /v1/operation/channels": EMPTY,
}
"""By route; a route that is missing here fails the test, and so does one that is here alone."""
