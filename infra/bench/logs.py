"""Where the processes of a measurement log."""

import logging
import sys

import structlog


def to_stderr() -> None:
    """Have warnings go to stderr, so that stdout holds the result alone."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
