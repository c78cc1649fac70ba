"""How well agencies serve, month by month, after Decision 766/QD-TTg: measured, summed up, and published."""
