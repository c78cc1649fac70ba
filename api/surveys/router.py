"""`/v1/surveys`: by whoever answers them."""
