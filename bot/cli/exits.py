"""What the program ends with, for scripts to go by. Source of the numbers above 64: sysexits.h."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAILED = 1  # the upstream, Discord or the database failed
EXIT_USAGE = 2
EXIT_TRY_LATER = 75  # EX_TEMPFAIL
EXIT_KEY_REFUSED = 77  # EX_NOPERM
EXIT_MISCONFIGURED = 78  # EX_CONFIG
EXIT_INTERRUPTED = 130  # as shells say it for Ctrl-C
