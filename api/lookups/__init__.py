"""Looking up a dossier without an account, and the receipt slip that allows it."""
