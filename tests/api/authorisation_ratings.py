"""Real requests to what rates a dossier: see `authorisation_requests.py`."""

from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA384

from storage.ids import new_id
from storage.officers.desk import WORKERS, Desk
from storage.ratings import answers, keys
from storage.ratings.answers import NewAnswer
from storage.ratings.keys import Group, PublicKey
from storage.ratings.links import proof_of
from tests.api.authorisation_world import World
from tests.api.ratings.rating import text
from tests.storage.ratings import crowd

PSS = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=48)


async def rateable(world: World) -> PublicKey:
    """Let the owner's dossier be rated, as if no token had been signed for it; return the key."""
    today = datetime.now(UTC).date()
    ((dossier_id, agency_id),) = await world.rows(
        "SELECT id, agency_id FROM dossier WHERE code = %s", world.code
    )
    group = Group(agency_id=agency_id, month=today.replace(day=1))
    async with world.services.unit_of_work() as uow:
        await keys.keep(uow, [keys.draw(one) for one in await keys.missing(uow, [group])])
        await (await uow.driver()).execute(
            "INSERT INTO rating_invitation (dossier_id, agency_id, month, asked_on, closes_on) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (dossier_id) DO UPDATE SET issued = NULL",
            (dossier_id, agency_id, group.month, today, today + timedelta(days=60)),
        )
        found = await keys.of_group(uow, group)
        await uow.commit()
    assert found is not None
    return found


async def blinded(world: World) -> dict[str, Any]:
    """Return a number to be signed for the owner's dossier."""
    await rateable(world)
    return {"blinded": text(bytes(255) + b"\2")}


def linked(world: World) -> dict[str, str]:
    """Return what the link of a notice to the owner holds."""
    return {"code": world.code, "proof": proof_of(world.services.cipher, world.code)}


async def rating(world: World) -> dict[str, Any]:
    """Return a rating by a new token: unblinded, it is a signature as any other."""
    key, prepared = await rateable(world), token_bytes(64)
    async with world.services.reading() as reading:
        private = await keys.private(reading, key.kid)
    signature = private.sign(prepared, PSS, SHA384())
    token = {"kid": key.kid, "prefix": text(prepared[:32]), "message": text(prepared[32:])}
    return {**token, "signature": text(signature), "level": "satisfied"}


async def answered(world: World) -> tuple[str, str]:
    """Have many rate the agency, and it answer; return month and answer."""
    month = datetime.now(UTC).date().replace(day=1)
    await crowd.rated(world.services.unit_of_work, world.town.id, month, satisfied=5)
    new = NewAnswer(
        id=new_id(),
        group=Group(agency_id=world.town.id, month=month),
        level=None,
        text="Cảm ơn mọi người.",
        seen=[answer_id for (answer_id,) in await world.rows("SELECT id FROM rating_answer")],
    )
    async with world.services.unit_of_work() as uow:
        await answers.write(
            uow, Desk(officer_id=world.officers["off"], roles=WORKERS), new, now=datetime.now(UTC)
        )
        await uow.commit()
    return f"{month:%Y-%m}", str(new.id)
