"""What operators type: `grokcord` and its commands."""
