"""`/v1/agency/surveys`: by agencies."""
