"""Background work: handlers of jobs, the worker that runs them, the schedule."""
