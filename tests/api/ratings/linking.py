"""A thief of the whole database, who wants to know whose a rating is.

It sees each row of each table with where it lies (`ctid`), which transactions wrote and locked it (`xmin`,
`xmax`), and all columns. It looks for the same value, or part of one, in a rating and in what is of a person,
and for an order of persons that is the order of their ratings.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storage.unit_of_work import Reading

PART = 12
"""Characters that two values must share: shorter ones are shared by chance."""
FEW = 3
"""What more persons or ratings than these have in common says nothing of any."""
CLEAR = 5.0
"""A rank correlation of so many standard deviations does not come by chance, in a thousand tries either."""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""

Ranks = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as a thief sees it; dashes are left out, so that one id is written in one way."""

    table: str
    cells: Mapping[str, Any]

    @property
    def values(self) -> list[str]:
        """All that is in it, down to the leaves."""
        return [str(leaf).replace("-", "") for cell in self.cells.values() for leaf in _leaves(cell)]


async def dump(reading: Reading) -> list[Row]:
    """Read everything."""
    driver = await reading.driver()
    rows: list[Row] = []
    for (table,) in await (await driver.execute(_TABLES)).fetchall():
        query = (
            "SELECT (ctid::text::point)[0] * 100000 + (ctid::text::point)[1], xmin::text::bigint, "
            f'xmax::text::bigint, to_jsonb(t) FROM "{table}" t'
        )
        found: list[Any] = await (await driver.execute(query.encode())).fetchall()
        rows += [
            Row(table=str(table), cells={"ctid": place, "xmin": xmin, "xmax": xmax, **columns})
            for place, xmin, xmax, columns in found
        ]
    return rows


def leaks(rows: Iterable[Row], names: Mapping[str, set[str]], truth: Mapping[str, str]) -> set[str]:
    """Return what connects ratings with persons.

    Args:
        rows: the whole database.
        names: by person, what the thief knows of it: ids of the party and its dossier, and the code.
        truth: by person, the `spent` of its rating: it judges the thief, who does not know it.
    """
    ratings = {row.cells["spent"]: row for row in rows if row.table == "rating"}
    theirs: dict[str, list[Row]] = defaultdict(list)
    whose = {name.replace("-", ""): person for person, known in names.items() for name in known}
    for row in rows:
        if row.table != "rating":
            for person in {whose[value] for value in row.values if value in whose}:
                theirs[person].append(row)
    return _by_value(ratings, theirs, names, truth) | _by_order(ratings, theirs, truth)


def _by_value(
    ratings: Mapping[str, Row],
    theirs: Mapping[str, list[Row]],
    names: Mapping[str, set[str]],
    truth: Mapping[str, str],
) -> set[str]:
    holders: dict[str, set[str]] = defaultdict(set)
    for spent, row in ratings.items():
        for part in _parts(row.values):
            holders[part].add(spent)
    owners: dict[str, set[str]] = defaultdict(set)
    for person, known in names.items():
        values = [value for row in theirs[person] for value in row.values]
        for part in _parts([*values, *(name.replace("-", "") for name in known)]):
            if part in holders:
                owners[part].add(person)
    betrayed = Counter(
        person
        for part, persons in owners.items()
        if len(persons) <= FEW and len(holders[part]) <= FEW
        for person in persons
        if truth[person] in holders[part]
    )
    return {"value"} if betrayed else set()


def _by_order(
    ratings: Mapping[str, Row], theirs: Mapping[str, list[Row]], truth: Mapping[str, str]
) -> set[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for person, spent in truth.items():
        groups[ratings[spent].cells["agency_id"]].append(person)
    columns = {column for row in ratings.values() for column in row.cells}
    told = {
        column: {person: _sortable(ratings[spent].cells[column]) for person, spent in truth.items()}
        for column in columns
    }
    known: dict[str, dict[str, Any]] = defaultdict(dict)
    for person, rows in theirs.items():
        for row in rows:
            for column, cell in row.cells.items():
                known[f"{row.table}.{column}"].setdefault(person, _sortable(cell))
    return {
        f"{name} ~ rating.{column}"
        for name, order in known.items()
        for column, said in told.items()
        if abs(_correlation(order, said, groups.values())) > CLEAR / len(truth) ** 0.5
    }


def _correlation(one: Mapping[str, Any], other: Mapping[str, Any], groups: Iterable[list[str]]) -> float:
    """Return Spearman's coefficient within each group, weighted by its size."""
    total = count = 0.0
    for group in groups:
        persons = [person for person in group if person in one]
        if len(persons) < len(group):
            continue
        a, b = _ranks(one, persons), _ranks(other, persons)
        middle = (len(persons) - 1) / 2
        spread = [sum((ranks[person] - middle) ** 2 for person in persons) for ranks in (a, b)]
        if min(spread) > 0:
            shared = sum((a[person] - middle) * (b[person] - middle) for person in persons)
            total += len(persons) * shared / (spread[0] * spread[1]) ** 0.5
        count += len(persons)
    return total / count if count else 0.0


def _ranks(values: Mapping[str, Any], persons: list[str]) -> Ranks:
    """Return the rank of each person, equal ones sharing theirs."""
    places: dict[Any, list[int]] = defaultdict(list)
    for place, person in enumerate(sorted(persons, key=lambda person: values[person])):
        places[values[person]].append(place)
    return {person: sum(places[values[person]]) / len(places[values[person]]) for person in persons}


def _sortable(cell: Any) -> tuple[bool, Any]:
    return (True, cell) if isinstance(cell, int | float) else (False, str(cell))


def _leaves(cell: Any) -> Iterator[Any]:
    if isinstance(cell, dict):
        for inner in cell.values():
            yield from _leaves(inner)
    elif isinstance(cell, list):
        for inner in cell:
            yield from _leaves(inner)
    elif cell is not None:
        yield cell


def _parts(values: Iterable[str]) -> set[str]:
    return {value[place : place + PART] for value in values for place in range(len(value) - PART + 1)}
