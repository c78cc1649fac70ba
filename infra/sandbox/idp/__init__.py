"""A VNeID-like OpenID provider for development: code flow with PKCE, one relying party, no passwords."""
