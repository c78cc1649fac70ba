"""How fast anybody may write."""

from datetime import timedelta

from api.limits import Limit

MESSAGES = Limit(name="messages", burst=30, every=timedelta(seconds=10))
"""Of one person, for whomever they act: as fast as people write, and no faster."""
FILES = Limit(name="message-files", burst=30, every=timedelta(minutes=5))
"""Of one person: a whole supplement at once, and no disk is filled."""
OFFICER_MESSAGES = Limit(name="officer-messages", burst=60, every=timedelta(seconds=5))
"""Of one officer: who answers all day long is never in its way."""
AGENCY_MESSAGES = Limit(name="agency-messages", burst=1000, every=timedelta(milliseconds=50))
"""Of one client: a system that has something to say to a whole province is done within minutes."""
