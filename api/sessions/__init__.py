"""The devices on which somebody is signed in."""
