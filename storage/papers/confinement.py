"""What a child of the workshop may take of machine and parent. Each bound is set where a system knows it."""

import ctypes
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_DUMPABLE = 4  # PR_SET_DUMPABLE
_DESCRIPTORS = 64
_AT_REST = 2**30
"""Address space taken to be in use where the system does not tell, in bytes."""


def keep_to_oneself() -> None:
    """Shut this process off from others of its own user, for good: its memory, environment and open files.

    Children run under the same user, and the environment of their parent holds every key of the house:
    without this, whoever takes a child over reads them in /proc. Nor are there core dumps any more. It does
    not hold against root: no child should run as that.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)


def die_with(parent: int) -> None:
    """End this process as soon as its parent is gone, even by SIGKILL.

    Where the system can not promise it, the end of the line to the parent does, once the job at hand is over.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its children in turn
    with suppress(AttributeError, OSError):
        system = ctypes.CDLL(None)
        system.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def confine(*, memory: int, file_bytes: int) -> None:
    """Bound memory, files and processes for good.

    Args:
        memory: bytes of address space beyond what is in use now.
        file_bytes: size of any file that is written.
    """
    _bound("RLIMIT_AS", _address_space() + memory)
    _bound("RLIMIT_FSIZE", file_bytes)
    _bound("RLIMIT_NOFILE", _DESCRIPTORS)
    _bound("RLIMIT_NPROC", 0)
    _bound("RLIMIT_CORE", 0)


def allow_seconds(seconds: int) -> None:
    """Let the process compute for so many seconds from now; then the system ends it by SIGXCPU."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _bound(name: str, limit: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    with suppress(ValueError, OSError):  # known by name, but not enforced, or already tighter
        resource.setrlimit(number, (limit, limit))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return _AT_REST
    return pages * resource.getpagesize()
