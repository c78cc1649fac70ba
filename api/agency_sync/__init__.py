"""How an agency's dossiers, as we have them, are in step with its systems and with portals."""
