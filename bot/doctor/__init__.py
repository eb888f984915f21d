"""What can be wrong with a set-up, looked at one by one, each with what to do about it."""
