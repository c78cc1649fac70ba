"""Seals: a small signed code on a document that anyone can check, with a network and without."""
