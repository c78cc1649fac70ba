"""A stand-in for a national portal: both styles of its exchange interface over one store."""
