"""Officers of agencies and operators, and the roles that they hold."""
