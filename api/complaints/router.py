"""`/v1/complaints`: by whoever files them."""
