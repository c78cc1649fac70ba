"""Compares what portals and we say of each dossier ("đối soát"), and repairs by rule where they differ."""
