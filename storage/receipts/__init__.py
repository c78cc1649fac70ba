"""What providers report after a send."""
