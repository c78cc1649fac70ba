"""Procedures that take little memory are the same procedures."""

import tracemalloc

import pytest
from hypothesis import given

from storage.procedures.packed import PackedProcedures
from storage.procedures.record import Procedure
from tests.storage.search.examples import CATALOGUES


@given(CATALOGUES)
def test_they_come_out_as_they_went_in(catalogue: list[Procedure]):
    """In their order, one by one, as a part of them, as often as one likes."""
    packed = PackedProcedures(iter(catalogue))
    assert list(packed) == list(packed) == catalogue
    assert (len(packed), packed[-1], packed[1:3]) == (len(catalogue), catalogue[-1], catalogue[1:3])
    with pytest.raises(IndexError):
        packed[len(catalogue)]


def test_they_take_little_memory():
    """Far less than their texts alone, and no more of them are unpacked at a time than are looked at."""
    steps = "Bước 1: Nộp hồ sơ tại Bộ phận Một cửa. " * 250

    def made() -> Procedure:
        return Procedure(code="1.000001", name="Thủ tục", conditions=str(steps + "x"))

    tracemalloc.start()
    try:
        packed = PackedProcedures(made() for _ in range(200))
        kept = sum(len(procedure.conditions or "") for procedure in packed)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept == 200 * (len(steps) + 1)
    assert most < kept / 3
