"""The words that names and addresses are known by, as data: a file for each list, with its own heading."""
