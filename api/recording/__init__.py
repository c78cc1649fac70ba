"""How what an agency tells of dossiers is kept, whoever brings it: a push, a portal that was read, a file."""
