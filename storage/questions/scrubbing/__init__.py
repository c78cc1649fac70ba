"""Personal data is taken out of a text, by rules, before anybody may read it. Pure.

`scrub` is the door; `reading` makes one text of the many ways in which it can be written, and a module for
each sort of thing finds it there: `links`, `codes`, `births`, `accounts`, `numbers`, `places`, `names`.
The words that they go by are the lists in `words`.
"""

from storage.questions.scrubbing.kinds import Removed, RemovedKind, Scrubbed
from storage.questions.scrubbing.removing import scrub

__all__ = ["Removed", "RemovedKind", "Scrubbed", "scrub"]
