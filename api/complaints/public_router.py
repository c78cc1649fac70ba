"""`/v1/complaints/published`: what everybody may read."""
