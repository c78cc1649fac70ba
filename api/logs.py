"""Structured logs: one JSON object a line, with ids only and nothing personal."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Send our own events, and those of the libraries from WARNING on, to standard output as JSON."""
    stamps = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *stamps,
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=stamps
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # Clients log the addresses they call, and those carry codes and tokens.
    for name in ("httpx", "httpcore", "hpack", "urllib3", "google"):
        logging.getLogger(name).setLevel(logging.ERROR)
