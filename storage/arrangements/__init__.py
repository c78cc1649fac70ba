"""What is arranged about a dossier: appointments, payments, papers sent by post."""
