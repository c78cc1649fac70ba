"""The engine between a real database and a scripted channel."""

from collections.abc import Callable

import pytest

from notify.compose import Composer
from notify.settings import NotifySettings
from storage.cipher import Cipher
from storage.settings import Environment
from storage.unit_of_work import UnitOfWork
from tests.faults.office import Office


@pytest.fixture
def composer(cipher: Cipher) -> Composer:
    """Words messages."""
    settings = NotifySettings(
        env=Environment.DEVELOPMENT,
        app_link_base="https://app.tindan.example",
        public_url="https://api.tindan.example",
    )
    return Composer(settings, cipher)


@pytest.fixture
async def office(unit_of_work: Callable[[], UnitOfWork], composer: Composer) -> Office:
    """An agency with its citizens."""
    return await Office.open(unit_of_work, composer)
