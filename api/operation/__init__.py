"""How an operator sets an installation up."""
