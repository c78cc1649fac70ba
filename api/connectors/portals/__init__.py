"""Portals that we pull dossiers and procedures from, and report ours to."""
