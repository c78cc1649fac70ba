"""What citizens ask, what officers answer, and what of it is published for all."""
