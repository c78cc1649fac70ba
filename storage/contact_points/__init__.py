"""Where an agency is reached by people, and when it is open."""
