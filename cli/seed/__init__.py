"""Loading the real content that the product ships with."""

from cli.seed.command import seed_command

__all__ = ["seed_command"]
