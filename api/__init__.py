"""The public REST API of the mini-program, under /api/v1. Thin: services hold the rules."""
