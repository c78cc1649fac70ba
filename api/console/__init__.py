"""The officers' page at `/console`: it needs no script, and signs in as an app of our own (ADR 32)."""
