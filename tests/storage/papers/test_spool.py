"""Temporary files that have no name."""

import os
import stat
import sys

import pytest

from storage.papers.spool import reader_of, spool


@pytest.mark.parametrize("unnamed", [True, False], ids=["as the system can", "as any system can"])
def test_a_file_without_a_name_is_ours_alone(tmp_path, monkeypatch, unnamed):
    """It takes room and no name, and nobody else may open it."""
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with spool(tmp_path) as file:
        assert list(tmp_path.iterdir()) == []
        found = os.fstat(file.fileno())
        assert (stat.S_IMODE(found.st_mode), found.st_nlink) == (0o600, 0)
        file.write(b"Quyet dinh")
        file.seek(0)
        assert file.read() == b"Quyet dinh"


def test_a_folder_that_is_missing_is_said(tmp_path):
    """Nothing is written anywhere else."""
    with pytest.raises(FileNotFoundError):
        spool(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform != "linux", reason="only /proc opens a file without a name anew")
def test_a_reader_only_reads(tmp_path):
    """It sees what was written, has a position of its own, and can not write."""
    with spool(tmp_path) as file:
        file.write(b"Quyet dinh")
        number = reader_of(file)
        try:
            assert os.read(number, 5) == b"Quyet"
            assert file.tell() == 10
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.write(number, b"x")
        finally:
            os.close(number)
