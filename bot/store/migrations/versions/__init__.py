"""One file per step. Never change one that was released: databases out there have already taken it."""
