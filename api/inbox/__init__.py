"""The app's inbox."""
