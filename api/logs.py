"""Structured logs: one JSON object a line, with ids only and nothing personal."""

import logging
import sys

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger


def configure(level: str) -> None:
    """Send our own events, and those of the libraries from WARNING on, to standard output as JSON."""
    stamps: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_trace),
    ]
    structlog.configure(
        processors=[*stamps, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_take_exception, *stamps],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # Clients log the addresses they call, and those carry codes and tokens.
    for name in ("httpx", "httpcore", "hpack", "urllib3", "google"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _trace(exc_info: ExcInfo) -> list[str]:
    """Say where an error came from and of what type, but not its message: that may quote a person's data."""
    kind, _, trace = exc_info
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('site-packages/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return [*places[-12:], kind.__qualname__]


def _take_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record = event["_record"]
    if record.exc_info:
        event["exc_info"] = record.exc_info
        record.exc_info, record.exc_text = None, None
    return event
