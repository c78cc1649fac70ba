"""Surveys: asked by agencies, answered by citizens."""
