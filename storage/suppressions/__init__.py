"""Addresses that a channel can not reach, or whose owner said stop to it."""
