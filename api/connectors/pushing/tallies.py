"""What is counted of telling portals."""

from notify.tallies import Tally
from storage.portal_reports import listing

TALLIES = (
    Tally(
        name="tindan_portal_reports",
        words="Reports that portals do not have yet, by portal and state.",
        label="state",
        count=listing.standing,
    ),
    Tally(
        name="tindan_portal_report_lag_seconds",
        words="For how long the oldest change of a dossier waits to be told to a portal.",
        label="portal",
        count=listing.lag,
    ),
)
