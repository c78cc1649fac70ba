"""Who may act for whom: parents, guardians, legal representatives, and those whom a party named itself."""
