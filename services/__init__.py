"""The rules: what may happen to content, when, and what it causes. Knows no HTTP."""
