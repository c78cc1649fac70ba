"""Whether a portal and we say the same of each dossier ("đối soát"), where not, and what is told of a day."""
