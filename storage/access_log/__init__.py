"""Which of a party's things were read by others."""
