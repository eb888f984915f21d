"""`python -m tests.chaos.nursery`: a process that has loaded the bot's program, and forks a bot whenever it is told.

Loading takes most of the time that a bot needs to start, and is the same each time. SIGUSR1 asks for one more bot; what
happens is announced on standard output, a line of JSON each: {"born": pid, "log": path}, {"died": pid, "code": status}.
With `--disks` each bot keeps its media where the others do not look, as on machines of their own.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

SIGNALS = {signal.SIGUSR1, signal.SIGCHLD, signal.SIGTERM}


def main() -> None:
    """Serve until SIGTERM; whoever lives then is killed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    program = importlib.import_module("bot.__main__")
    for name in importlib.import_module("bot.app").COGS:
        importlib.import_module(name)
    alive: set[int] = set()
    numbers = count(1)
    _announce(ready=os.getpid())
    while (number := signal.sigwait(SIGNALS)) != signal.SIGTERM:
        if number == signal.SIGCHLD:
            _reap(alive)
            continue
        log = Path(f"bot-{os.getpid()}-{next(numbers)}.log").absolute()
        pid = os.fork()
        if not pid:
            _become_a_bot(log)
            program.main()
            return
        alive.add(pid)
        _announce(born=pid, log=str(log))
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _become_a_bot(log: Path) -> None:
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    nothing, written = os.open(os.devnull, os.O_RDWR), os.open(log, os.O_WRONLY | os.O_CREAT)
    for number, opened in enumerate((nothing, nothing, written)):
        os.dup2(opened, number)
    if "--disks" in sys.argv:
        os.environ["MEDIA_DIR"] = f"media-{os.getpid()}"
    sys.argv = ["bot", "run"]


def _reap(alive: set[int]) -> None:
    for pid in sorted(alive):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            alive.discard(pid)
            _announce(died=pid, code=os.waitstatus_to_exitcode(status))


def _announce(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
