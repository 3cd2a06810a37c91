"""What every layer stands on: settings, errors, time, ids, logs, the database connection."""
