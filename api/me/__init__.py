"""Who I am here, where I can be reached, and what I want to be told."""
