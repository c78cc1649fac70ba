"""Ports of the loopback address for processes that shall listen in a moment."""

import socket
from secrets import SystemRandom

FIRST, LAST = 10_000, 32_000
"""Below what Linux (from 32768) and others (from 49152, RFC 6335) give to outgoing connections.

A port that the kernel was asked for is one of those: until the process that it is meant for listens, any
connection of this machine may be given the same.
"""
TRIES = 1000


def free_port() -> int:
    """Return a port that nobody listens on at this moment.

    Raises:
        OSError: none was found.
    """
    for _ in range(TRIES):
        # Others on this machine, who seed theirs alike, do not get the same.
        port = SystemRandom().randint(FIRST, LAST)
        with socket.socket() as probe:
            # As servers do: a port that was closed lately is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port from {FIRST} to {LAST}")
