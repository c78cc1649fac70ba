"""A party consents to what nothing else allows, and withdraws it as easily."""
