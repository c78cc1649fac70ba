"""How agencies are reached: found by name, their hotlines, addresses, and when they are open."""
