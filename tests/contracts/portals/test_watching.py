"""What is counted of portals is of those that there are: one that is gone leaves no alarm behind."""

from datetime import UTC, datetime, timedelta

from api.connectors.watching import tallies_of
from storage.ids import new_id
from storage.portal_pulls import strays, streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.strays import Stray
from storage.portal_reports import noticing

LONG_AGO = datetime.now(UTC) - timedelta(days=300)


async def test_of_a_portal_that_is_gone_nothing_is_counted(stage, unit_of_work):
    """Nor of what is read no more of one that stays; else both would grow for ever."""
    async with unit_of_work() as uow:
        for name in ("quoc-gia", "bo-cu"):
            for stream in (Stream.DOSSIERS, Stream.UNITS):
                await streams.done(uow, name, stream, 1, LONG_AGO)
                await streams.fail(uow, name, stream, "UnavailableError", LONG_AGO)
            await strays.add(uow, name, [Stray(record={}, code=None, reason="x")], LONG_AGO)
            await noticing.put_down(uow, name, [new_id()], now=LONG_AGO)
            await (await uow.driver()).execute(
                """
                INSERT INTO portal_difference (id, deployment, agency_id, code, kind, field, action, rule, state, found_at,
                  last_seen_at) VALUES (%s, %s, %s, 'x', 'k', '', 'person', 'r', 'left', now(), now())
                """,
                (new_id(), name, new_id()),
            )
        await uow.commit()
    async with unit_of_work() as uow:
        found = {one.name: set(await one.count(uow)) for one in tallies_of([stage.deployment()])}
        assert await tallies_of([])[0].count(uow) == {}
    assert found == {
        "tindan_portal_differences": {"quoc-gia"},
        "tindan_portal_lag_seconds": {"quoc-gia/dossiers"},
        "tindan_portal_failing_seconds": {"quoc-gia/dossiers"},
        "tindan_portal_strays": {"quoc-gia"},
        "tindan_portal_reports": {"quoc-gia:due"},
        "tindan_portal_report_lag_seconds": {"quoc-gia"},
    }
