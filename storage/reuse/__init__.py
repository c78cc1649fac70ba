"""Which agencies ask to use results again, what their owners say, and what was fetched."""
