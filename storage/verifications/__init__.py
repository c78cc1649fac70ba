"""Proofs that an address is its owner's."""
