"""Some dossiers of a portal are looked at: compared with ours, what differs is kept, and repairs begin."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from api.connectors.engine import Link, Turn
from api.connectors.fields import RecordError
from api.connectors.portals.port import Record
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.keeping import Keeping
from api.connectors.reconciling.comparing import Comparison
from api.connectors.reconciling.pairs import Pair
from api.connectors.reconciling.theirs import Theirs, read
from api.recording.judging import named_in
from storage.agencies import repository as agencies
from storage.cipher import Cipher
from storage.portal_reports import asking
from storage.portal_reports.reach import reached_of
from storage.reconciliation import comparisons, differences, ours, standings
from storage.reconciliation.comparisons import Run
from storage.reconciliation.differences import Dossier
from storage.reconciliation.findings import Change, changes
from storage.reconciliation.kinds import Action, DifferenceKind
from storage.reconciliation.standings import Standing
from storage.unit_of_work import Reading, UnitOfWork, transact


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a portal says of some dossiers.

    Attributes:
        records: those that it has.
        missing: codes of those that it does not have.
        unheard: codes of those of which it does not answer: they are asked for again the next time.
    """

    records: Sequence[Record] = field(default=(), repr=False)
    missing: Sequence[str] = ()
    unheard: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What came of a look: how dossiers stand, what to write of differences, and what to repair."""

    standings: Sequence[Standing]
    told: Sequence[tuple[Dossier, Change]]
    counts: Mapping[str, int]

    def begun(self, action: Action) -> frozenset[str]:
        """Return the codes of dossiers of which a repair begins."""
        return frozenset(
            dossier.code
            for dossier, change in self.told
            if change.begins and change.finding and change.finding.action is action
        )


class Looking:
    """Looks at dossiers of one deployment.

    Args:
        link: the deployment.
        turn: ours, renewed with all that is kept.
    """

    def __init__(self, link: Link, turn: Turn) -> None:
        self._link, self._turn = link, turn
        self._keeping = Keeping(link)
        self._comparison = Comparison(link.deployment)

    async def look(self, heard: Heard, run: Run, then: Run, now: datetime) -> Run:
        """Compare, keep what differs and where the comparison then stands, and begin repairs.

        What is pulled is compared once more in the transaction that keeps it.

        Args:
            heard: what the portal says.
            run: where the comparison stands.
            then: where it stands afterwards.
            now: the moment.

        Returns:
            where it stands, with what was counted.
        """

        async def first(uow: UnitOfWork) -> tuple[Run, list[Theirs], list[Record]]:
            records, unread = self._read(heard.records, uow.cipher, now)
            seen = await self._seen(uow, {**records, **dict.fromkeys(heard.missing)}, run, now)
            begun = seen.begun(Action.PULL)
            counted = {"unreadable": len(unread), "unheard": len(heard.unheard), "pulled": len(begun)}
            moved = replace(then, counts=then.counted(**seen.counts, **counted), moved_at=now)
            await self._keep(uow, seen, now)
            await self._doubt(uow, heard.unheard, now)
            # What is to be pulled is not done yet: whoever dies before looks at these once more.
            await self._move(uow, run if begun or unread else moved, now)
            return moved, [one for code, one in records.items() if code in begun], unread

        moved, pulled, unread = await transact(self._link.open_unit, first)
        if not pulled and not unread:
            return moved

        async def second(uow: UnitOfWork, _kept: object) -> None:
            await self._keep(uow, await self._seen(uow, {one.code: one for one in pulled}, None, now), now)
            await self._move(uow, moved, now)

        # What can not be read becomes a stray there: nothing that was read is lost.
        await self._keeping.keep([*(one.record for one in pulled), *unread], second, now=now)
        return moved

    def _read(
        self, records: Sequence[Record], cipher: Cipher, now: datetime
    ) -> tuple[dict[str, Theirs], list[Record]]:
        found: dict[str, Theirs] = {}
        unread: list[Record] = []
        for record in records:
            try:
                one = read(record, now, self._link.deployment, cipher)
            except RecordError:
                unread.append(record)
            else:
                found[one.code] = one
        return found, unread

    async def _seen(
        self, uow: UnitOfWork, theirs: Mapping[str, Theirs | None], run: Run | None, now: datetime
    ) -> _Seen:
        """Compare with what we have now; all of it where there is no run, which is after a pull."""
        found = await self._pairs(uow, theirs)
        pairs = [pair for pair in found if run is None or not pair.passed(run)]
        kept = await differences.kept(uow, self._link.name, [pair.code for pair in pairs])
        owners = await self._owners(uow, [pair.code for pair in pairs if pair.ours is None])
        stand: list[Standing] = []
        told: list[tuple[Dossier, Change]] = []
        for pair in pairs:
            differing = self._comparison.differences(pair.ours, pair.theirs)
            come = list(changes(kept.get(pair.code, ()), differing, now, tried=run is None))
            stand.append(pair.stands(come, now))
            owner = pair.ours.agency_id if pair.ours else owners[pair.code]
            told += ((Dossier(code=pair.code, agency_id=owner), change) for change in come)
        apart = sum(not one.agrees for one in stand)
        counts = {"compared": len(stand), "passed": len(found) - len(stand), "differing": apart}
        return _Seen(standings=stand, told=told, counts=counts)

    async def _pairs(self, uow: UnitOfWork, theirs: Mapping[str, Theirs | None]) -> Sequence[Pair]:
        known = await ours.by_code(uow, theirs.keys())
        reached = await self._reached(uow, {one.agency_id for one in known.values()})
        # A portal can name any code: of others' dossiers it is told nothing, and says nothing.
        mine = {code: one for code, one in known.items() if one.agency_id in reached}
        stood = await standings.known(uow, self._link.name, theirs.keys())
        return [
            Pair(
                code=code,
                ours=mine.get(code),
                theirs=one,
                their_digest=None if one is None else one.digest(uow.cipher),
                standing=stood.get(code),
            )
            for code, one in theirs.items()
        ]

    async def _owners(self, reading: Reading, codes: Sequence[str]) -> Mapping[str, UUID]:
        """Return whose dossiers are that we do not have: whom the code names, if it may, else the first.

        Raises NobodySpeaksError where we know none of the deployment's agencies.
        """
        if not codes:
            return {}
        named, ours = {code: named_in(code) for code in codes}, self._link.deployment.agencies
        known = await agencies.resolve(reading, {*ours, *filter(None, named.values())})
        first = next((known[code].id for code in ours if code in known), None)
        if first is None:
            raise NobodySpeaksError(", ".join(ours))
        reached = await self._reached(reading, {one.id for one in known.values()})
        ids = {name: one.id for name, one in known.items() if one.id in reached}
        return {code: ids.get(name or "", first) for code, name in named.items()}

    async def _reached(self, reading: Reading, agency_ids: Collection[UUID]) -> frozenset[UUID]:
        """Return those of some agencies of which the deployment tells, and is told."""
        codes = self._link.deployment.agencies
        return await reached_of(reading, self._link.authority, codes, agency_ids)

    async def _keep(self, uow: UnitOfWork, seen: _Seen, now: datetime) -> None:
        name = self._link.name
        await standings.put(uow, name, seen.standings)
        await differences.write(uow, name, seen.told, now)
        reported = await ours.by_code(uow, seen.begun(Action.REPORT))
        lost = {
            dossier.code
            for dossier, change in seen.told
            if change.finding and change.finding.kind is DifferenceKind.MISSING_THERE
        }
        for gone in (False, True):
            ids = [one.id for code, one in reported.items() if (code in lost) is gone]
            if ids:
                await asking.again(uow, name, ids, now=now, lost=gone)

    async def _doubt(self, uow: UnitOfWork, codes: Sequence[str], now: datetime) -> None:
        known = await standings.known(uow, self._link.name, codes)
        unknown = Standing(code="", their_digest=None, ours_at=None, seen_at=now, agrees=False)
        doubted = [replace(known.get(code, unknown), code=code, agrees=False, seen_at=now) for code in codes]
        await standings.put(uow, self._link.name, doubted)

    async def _move(self, uow: UnitOfWork, run: Run, now: datetime) -> None:
        await self._turn.keep(uow)
        await comparisons.move(uow, run, now)
