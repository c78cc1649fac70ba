"""What citizens, agencies and officers call."""
