"""`python -m bot.metrics.probe`: ask the bot of this machine whether it lives; exit code 0 if so. For containers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException

TIMEOUT_S = 3.0
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where it listens everywhere, it listens here too


def problem(environment: Mapping[str, str], path: str = "/healthz") -> str:
    """Return what is wrong with the bot whose settings these are, "" for nothing."""
    port = environment.get("METRICS_PORT", "").strip() or "0"
    host = environment.get("METRICS_HOST", "").strip() or "127.0.0.1"
    if not port.isdecimal() or port == "0":
        return "METRICS_PORT is not set, so there is nobody to ask"
    connection = HTTPConnection(_ANY.get(host, host), int(port), timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, HTTPException) as failed:
        return f"no answer from {host} port {port} ({type(failed).__name__})"
    finally:
        connection.close()
    return "" if status == 200 else f"{path} answered {status}"


def main() -> None:
    """Ask, and end with 0 or 1."""
    said = problem(os.environ)
    if said:
        sys.stderr.write(f"grokcord: {said}\n")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
