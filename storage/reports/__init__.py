"""Months reported to other systems, such as the national measuring system (EMC), and what those said."""
