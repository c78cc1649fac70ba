"""Real requests to what agencies ask for and owners grant: see `authorisation_requests.py`."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from storage.parties import repository as parties
from storage.reuse import asking
from storage.reuse.asking import NewRequest
from storage.reuse.kinds import USUAL_LIFE
from tests.api.acting import sign_in
from tests.api.authorisation_world import World
from tests.api.documents import keep_document
from tests.api.reuse.reusing import PROCEDURE, TYPE, Reuse

MISSING_FILE = {"request_id": str(uuid4()), "document_id": str(uuid4())}


def new(world: World) -> dict[str, object]:
    """Return what an agency asks of the owner, for a procedure."""
    return {
        "source_id": f"YC-{uuid4()}",
        "owner": {"number": world.owner.number},
        "types": [TYPE],
        "procedure_code": PROCEDURE,
        "reason": "Đăng ký thường trú",
    }


def query(world: World) -> dict[str, object]:
    """Return the same in the words of the national store."""
    return {
        "MaThuTuc": PROCEDURE,
        "KenhThucHien": "2",
        "SoDinhDanhChuSoHuu": world.owner.number,
        "DanhSachDanhMucKetQua": [TYPE],
    }


async def asked(world: World) -> str:
    """Keep a request of the agency's to the owner; return its id."""
    now, source_id = datetime.now(UTC), f"YC-{uuid4()}"
    asked = NewRequest(
        agency_id=world.town.id,
        client_id=world.town.client_id,
        source_id=source_id,
        content_hash=source_id.encode(),
        procedure_code=PROCEDURE,
        dossier_id=None,
        channel=None,
        type_codes=[TYPE],
        number=None,
        reason="Đăng ký thường trú",
        expires_at=now + USUAL_LIFE,
    )
    async with world.services.unit_of_work() as uow:
        key = await parties.open_key(uow, world.owner.party_id)
        kept = await asking.ask(uow, key, asked, now=now)
        await uow.commit()
    return str(kept.request_id)


async def granted(world: World) -> tuple[str, UUID]:
    """Let the owner grant a document to the agency; return the ids of both."""
    owner = await sign_in(world.services, world.owner)
    document_id = await keep_document(world.services, owner, f"reuse-{next(world.serial)}")
    request_id = await asked(world)
    side = Reuse(client=world.client, services=world.services, agency=world.town, owner=owner)
    await side.grant(request_id, document_id)
    return request_id, document_id


async def granted_request(world: World) -> str:
    """Do so; return the request's id."""
    return (await granted(world))[0]
