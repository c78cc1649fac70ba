"""A small invented country to try things on: agencies, a catalogue in our own words, a client."""
