"""What a party and an agency write to each other about a dossier."""
