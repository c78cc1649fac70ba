"""What repeated requests were answered."""
