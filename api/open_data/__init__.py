"""What is published for everybody to use, at addresses that stay."""
