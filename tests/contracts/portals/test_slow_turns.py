"""A portal that takes minutes for each answer: whoever asks holds on to the turn, and comes to an end."""

from api.connectors.pulling.catalogue import CHORE, refresh
from storage.moments import BEFORE_ALL_IDS
from storage.portal_pulls import leases
from tests.contracts.portals.test_catalogue import have, listed, pulling
from tests.contracts.portals.test_reconciling import world

__all__ = ["pulling", "world"]
HALF = "UPDATE portal_lease SET until = until - interval '150 seconds'"


def slow(one, link, *names):
    """Let each call take more than half of a lease, after which somebody else asks whether it is their turn."""
    asked = []

    def wrapped(name):
        call = getattr(link.portal, name)

        async def slowly(*given):
            asked.append(name)
            async with one.open_unit() as uow:
                driver = await uow.driver()
                await driver.execute(HALF)
                (chore,) = await (await driver.execute("SELECT chore FROM portal_lease")).fetchone()
                await uow.commit()
            async with one.open_unit() as uow:
                assert not await leases.hold(uow, link.name, chore, BEFORE_ALL_IDS), asked
            return await call(*given)

        return slowly

    for name in names:
        setattr(link.portal, name, wrapped(name))
    return asked


async def test_a_catalogue_is_read_however_long_it_takes(pulling):
    """Two hundred procedures are kept together: each of their calls is within the lease."""
    link = pulling.link()
    await have(pulling, listed(1, 1, 1, 1))
    asked = slow(pulling, link, "procedures", "procedure")
    async with pulling.turn(link, CHORE) as turn:
        assert (await refresh(link, turn)).changed == 4
    assert len(asked) >= 5


async def test_dossiers_are_asked_for_however_long_it_takes(world):
    """Twenty are compared together, and each is asked for by itself."""
    link = world.connect()
    await world.both(link, 1)
    await world.compare(link)
    await world.know(link, 1, 2, 3, 4, 5)
    asked = slow(world, link, "dossier")
    assert (await world.compare(link))["differing"] >= 1
    assert len(asked) >= 4
