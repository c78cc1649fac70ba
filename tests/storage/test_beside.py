"""Work that another process does: how it is run, and what is told of its failure."""

import os

import pytest
from sqlalchemy.engine import make_url

from storage.beside import NICENESS, WorkFailed, made_beside
from storage.settings import StorageSettings

WORK = "tests.storage.beside_work"


async def test_it_is_done_behind_what_is_served(settings: StorageSettings):
    """Nicer than we are, apart from our Ctrl-C, on our database, whose password no list of processes shows."""
    address = make_url(settings.require_database_url())
    made = await made_beside(WORK, settings, {"since": [1, None, "ệ"]})
    assert made["asked"] == {"since": [1, None, "ệ"]}
    assert made["nice"] == min(os.nice(0) + NICENESS, 19)
    assert made["leads_its_session"]
    assert made["database"] == address.database
    assert str(address.password) not in made["arguments"]


@pytest.mark.parametrize(("asked", "told"), [("fail", "LookupError"), ("die", "killed")])
async def test_what_fails_is_told_by_its_kind(settings: StorageSettings, asked: str, told: str):
    """What its message may quote of somebody stays where it was."""
    with pytest.raises(WorkFailed) as failure:
        await made_beside(WORK, settings, asked)
    assert str(failure.value) == told


async def test_a_program_that_is_none(settings: StorageSettings):
    """It is told that way as well."""
    with pytest.raises(WorkFailed):
        await made_beside("tests.storage.no_such_work", settings)
