"""Judges an agency's integration by what it does when the way to us is bad."""
