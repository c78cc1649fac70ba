"""What parties consent to, and what they no longer do."""
