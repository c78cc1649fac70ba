"""Months reported to a measuring system, such as the national one (EMC)."""
