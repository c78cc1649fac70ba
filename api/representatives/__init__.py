"""Who may act for whom, and what was read by others."""
