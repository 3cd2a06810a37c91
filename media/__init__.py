"""Media files: what types there are, and the store that holds their bytes."""
