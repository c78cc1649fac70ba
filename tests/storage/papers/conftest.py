"""A workshop, and files for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.papers.workshop import Workshop
from tests.storage.papers.workshops import ROOT, settings


@pytest.fixture(scope="session")
def papers_folder(tmp_path_factory) -> Path:
    """The data folder of the workshops of a run."""
    return tmp_path_factory.mktemp("papers")


@pytest.fixture(scope="session")
async def workshop(papers_folder) -> AsyncIterator[Workshop]:
    """One child, which most tests share: none of them may hurt the others."""
    roots = papers_folder / "roots.pem"
    roots.write_text(ROOT.pem)
    async with Workshop.open(settings(papers_folder, signature_roots=roots)) as made:
        yield made


@pytest.fixture
def spooled(tmp_path):
    """Make a file of some bytes."""
    files = []

    def make(content: bytes):
        path = tmp_path / str(len(files))
        path.write_bytes(content)
        files.append(path.open("rb"))
        return files[-1]

    yield make
    for file in files:
        file.close()
