"""Media files: what types there are, and where their bytes lie."""
