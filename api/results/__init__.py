"""Results and papers that agencies hand over to their owners' stores."""
