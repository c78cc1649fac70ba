"""Surveys: their forms, who is asked, and what was answered."""
