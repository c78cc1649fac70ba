"""Real requests to the officers' pages of questions: see `authorisation_requests.py`."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from storage.ids import new_id
from storage.officers.desk import Desk
from storage.officers.roles import Role
from storage.questions import handling, publishing
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.publishing import Published
from storage.questions.resting import RestsOn
from tests.api.authorisation_world import World
from tests.api.conftest import PROCEDURE
from tests.api.questions.asking import keep_question


async def asked(world: World) -> str:
    """Keep a question of the owner's to the agency, which the owner wants to be read."""
    question_id = await keep_question(world.services, world.owner.party_id, world.town.id)
    async with world.services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "UPDATE question SET publication = 'wanted' WHERE id = %s", (question_id,)
        )
        await uow.commit()
    return question_id


async def answered(world: World) -> tuple[str, str]:
    """Answer one, which waits for a moderator then; return the ids of both."""
    question_id, officer_id = await asked(world), world.officers["off"]
    new = NewAnswer(id=new_id(), text="Được.", rests_on=RestsOn(code=PROCEDURE.code, version=1), seen=None)
    async with world.services.unit_of_work() as uow:
        held = await hold(uow, _desk(officer_id), UUID(question_id))
        await handling.answer(uow, held, officer_id, new, now=datetime.now(UTC))
        await uow.commit()
    return question_id, str(new.id)


async def published(world: World) -> str:
    """Publish one; return the id of what is published."""
    question_id, answer_id = await answered(world)
    new = Published(id=new_id(), question="Ở đâu?", answer="Ở đây.", seen=UUID(answer_id))
    async with world.services.unit_of_work() as uow:
        held = await hold(uow, _desk(world.officers["off"]), UUID(question_id))
        await publishing.publish(uow, held, new, by="test", now=datetime.now(UTC))
        await uow.commit()
    return str(new.id)


def _desk(officer_id: UUID) -> Desk:
    return Desk(officer_id=officer_id, roles=frozenset(Role))


def form_of_entry() -> dict[str, str]:
    """Return the form of what is asked often."""
    entry = {"agency_code": "H26.1", "question": "Ở đâu?", "answer": "Ở đây."}
    return {"form_id": str(uuid4()), "shown": datetime.now(UTC).isoformat()} | entry
