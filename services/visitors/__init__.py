"""Visitors: signing in, sessions, profile, consent, export and deletion of everything held."""
