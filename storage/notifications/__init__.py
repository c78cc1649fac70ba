"""Notices: the inbox item and the outbox in one row."""
