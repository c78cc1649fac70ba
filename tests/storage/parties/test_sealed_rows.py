"""Rows of many parties are opened, each by its own key."""

from collections.abc import Callable

from storage.cipher import Cipher
from storage.parties.sealed_rows import sealed_rows
from storage.unit_of_work import UnitOfWork
from tests.storage.vault.keeping import make_party

PURPOSE = "test.text"
QUERY = """
SELECT k.party_id, k.wrapped, n FROM party_key k CROSS JOIN generate_series(1, 2) AS n
WHERE k.party_id = ANY(%(ids)s) ORDER BY n, k.party_id
"""


async def test_each_row_has_the_key_of_its_party(
    unit_of_work: Callable[[], UnitOfWork], cipher: Cipher, monkeypatch
) -> None:
    """In the order of the query, without the wrapped key, which is opened once for each party."""
    async with unit_of_work() as uow:
        owners = [await make_party(uow, number) for number in ("001190000011", "079085000012")]
        sealed = {key.party_id: key.encrypt(f"of {key.party_id}", PURPOSE) for key in owners}
        opened = []
        monkeypatch.setattr(Cipher, "open_party_key", _counting(opened))
        found = await sealed_rows(uow, QUERY, {"ids": list(sealed)})
    ids = sorted(sealed)
    assert len(ids) == 2
    assert [row for _, row in found] == [{"party_id": one, "n": n} for n in (1, 2) for one in ids]
    assert [key.decrypt(sealed[row["party_id"]], PURPOSE) for key, row in found] == [
        f"of {one}" for one in (*ids, *ids)
    ]
    assert sorted(opened) == ids


def _counting(opened: list) -> Callable:
    real = Cipher.open_party_key

    def open_party_key(self, party_id, wrapped):
        opened.append(party_id)
        return real(self, party_id, wrapped)

    return open_party_key
