"""What is measured, and how: `python -m bench`. Prints figures and judges nothing."""
