"""Procedures in little memory: those of the national catalogue take 15 MB packed, and 200 MB as objects."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from storage.procedures.record import Procedure

_FAST = 1
"""A level of zlib; higher ones take several times as long for a third less."""


class PackedProcedures(Sequence[Procedure]):
    """Procedures in their order, each unpacked whenever it is asked for."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._packed = [_packed(procedure) for procedure in procedures]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed)

    @overload
    def __getitem__(self, place: int) -> Procedure: ...

    @overload
    def __getitem__(self, place: slice) -> list[Procedure]: ...

    def __getitem__(self, place: int | slice) -> Procedure | list[Procedure]:
        """Return one, or a list of some. Raises IndexError."""
        if isinstance(place, slice):
            return [_unpacked(packed) for packed in self._packed[place]]
        return _unpacked(self._packed[place])

    def __iter__(self) -> Iterator[Procedure]:
        """Yield them."""
        return map(_unpacked, self._packed)


def _packed(procedure: Procedure) -> bytes:
    return zlib.compress(procedure.model_dump_json(exclude_defaults=True).encode(), _FAST)


def _unpacked(packed: bytes) -> Procedure:
    return Procedure.model_validate_json(zlib.decompress(packed))
