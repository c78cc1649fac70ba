"""What is counted of reading portals."""

from notify.tallies import Tally
from storage.portal_pulls import strays, streams

TALLIES = (
    Tally(
        name="tindan_portal_lag_seconds",
        words="How long ago all that changed at a portal is known to have been read.",
        label="stream",
        count=streams.lags,
    ),
    Tally(
        name="tindan_portal_failing_seconds",
        words="For how long reading a portal has come to nothing; 0 while all is well.",
        label="stream",
        count=streams.failing,
    ),
    Tally(
        name="tindan_portal_strays",
        words="Records of a portal that could not be kept, and wait until something is mended.",
        label="portal",
        count=strays.standing,
    ),
)
