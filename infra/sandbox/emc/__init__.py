"""A stand-in for the measuring system (EMC), to which public service systems report their months."""
