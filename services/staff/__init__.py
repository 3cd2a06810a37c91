"""Staff: accounts, passwords, second factors, sessions, lock-out, signing in."""
