"""How a paper comes into its owner's store, whoever brings it: an agency's request, or an operator."""
