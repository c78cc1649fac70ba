"""How apps and agencies get their tokens: OAuth 2.1 shapes, so that a stock AppAuth client signs in."""
