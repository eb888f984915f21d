"""The one way this API says no."""

from __future__ import annotations


class Refused(Exception):
    """A person asked for something they cannot have. message: a sentence for them."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
