"""Who of the practice may see what: accounts, log-in, sessions, roles."""
