"""Agencies tell whole dossiers, and what is arranged about them; and read back what they told."""
