"""Officers: who one is, and who works where one supervises."""
