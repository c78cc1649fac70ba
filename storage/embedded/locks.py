"""Locks on files, by which the processes around one development database find each other.

A lock of flock(2) belongs to an open file and goes when the last process that has it open is gone, however
that process died. So a held lock is proof of life, where a process id in a file is only a rumour.
"""

import fcntl
import os
import time
from pathlib import Path

_POLL_SECONDS = 0.01


class FileLock:
    """An advisory lock on one file, held at most once by this object; the file is made when missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def try_acquire(self, *, shared: bool = False) -> bool:
        """Take the lock, or turn one that is held into the asked kind, without waiting.

        Returns:
            Whether it is held now. A failed change of kind leaves it in doubt: release it then.
        """
        fd = self._open()
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire(self, *, shared: bool = False, timeout: float) -> bool:
        """Do as `try_acquire`, for up to `timeout` seconds, and say whether the lock is held."""
        deadline = time.monotonic() + timeout
        while not self.try_acquire(shared=shared):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def release(self) -> None:
        """Give the lock up; nothing happens when it is not held."""
        if self._fd is not None:
            # said aloud, as a forked child of this process may have the same open file
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            self.hand_over()

    def hand_over(self) -> None:
        """Close the file here, and leave the lock to the processes that inherited it by `fileno`."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def in_place(self) -> bool:
        """Whether the locked file is still the one that its path names: the folder may have been removed."""
        return self._fd is not None and _is_at(self._fd, self._path)

    def fileno(self) -> int:
        """Return the descriptor of the open file, to pass to a child process."""
        return self._open()

    def _open(self) -> int:
        """Open the file that the path names now: the one opened before may have been removed since."""
        if not self.in_place:
            self.release()
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._fd


def is_locked(path: Path) -> bool:
    """Say whether any process holds the lock of this file exclusively.

    To ask is to share the lock for an instant, so whoever wants it exclusively allows for a short wait.
    """
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        return not lock.try_acquire(shared=True)
    finally:
        lock.release()


def _is_at(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False
