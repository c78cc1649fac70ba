"""The catalogue in force as a process holds it in memory, and how it follows the database."""
