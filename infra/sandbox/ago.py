"""How long ago something was, in plain words."""

import datetime as dt

_UNITS = (
    (dt.timedelta(days=1), ("ngày", "day")),
    (dt.timedelta(hours=1), ("giờ", "hour")),
    (dt.timedelta(minutes=1), ("phút", "minute")),
)


def ago(moment: str, language: str, now: dt.datetime | None = None) -> str:
    """Say how long ago an RFC 3339 time was, in `vi` or `en`; within a minute, or ahead, is now."""
    passed = (now or dt.datetime.now(dt.UTC)) - dt.datetime.fromisoformat(moment)
    for length, (vietnamese, english) in _UNITS:
        count = passed // length
        if count >= 1:
            plural = "" if count == 1 else "s"
            return f"{count} {vietnamese} trước" if language == "vi" else f"{count} {english}{plural} ago"
    return "vừa xong" if language == "vi" else "just now"
