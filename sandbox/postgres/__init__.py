"""A throw-away PostgreSQL on loopback, for tests and demonstrations."""
