"""Subscription messages: templates for events, what visitors allowed, sending, the log of it."""
