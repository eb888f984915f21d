from __future__ import annotations

import pytest

from tests.ui.markdown.chance import SEED, SEED_VARIABLE, promised


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    again = f"again with {SEED_VARIABLE}={SEED}"
    terminalreporter.write_line(f"hypothesis seed: {SEED} (up to {sum(promised)} cases of Markdown; {again})")
