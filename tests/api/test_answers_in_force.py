"""The web process follows what is published from its start on."""

from api.services import Services
from storage.questions.shelf import ShelfSieve
from tests.storage.questions.shelves import agency, published, put

PATIENCE = 30.0


async def test_a_shelf_is_there_without_being_asked_for(services: Services):
    """The process looks by itself when it starts."""
    assert await services.answers.current(PATIENCE) is not None


async def test_what_is_published_is_found_at_once_where_somebody_waits_for_it(services: Services):
    """After a look the shelf is the one in force."""
    office = agency("H26")
    await put(services.unit_of_work, office, published(office.id, "Làm khai sinh cho con ở đâu?"))
    await services.answers.renew()
    shelf = await services.answers.current()
    assert shelf.ask("khai sinh", sieve=ShelfSieve(), count=1).total == 1
