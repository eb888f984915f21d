"""Dates as HTTP headers tell them. Source: RFC 9110, 5.6.7."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime


def read_date(value: str) -> datetime | None:
    """Return an aware moment; None for what is no date, or one in a year that no calendar has."""
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000": the zone is not told
