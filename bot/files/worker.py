"""Read one file in a process of its own: `python -m bot.files.worker`, a request on stdin, a reply on stdout.

Decoders are written in C and files come from strangers. Here a bomb can eat only the memory and time of this process.
"""

from __future__ import annotations

import sys

from bot.errors import InputError
from bot.files.content import Content, Limits
from bot.files.kinds import find_picture, is_pdf
from bot.files.wire import parse_request, refusal, reply
from bot.workers.confinement import confine

MEMORY_BYTES = 1024 * 1024 * 1024  # of address space
CPU_S = 15


def read(name: str, data: bytes, limits: Limits) -> Content:
    """Return what is in a file, judged by its bytes. Raises InputError, and whatever a decoder raises."""
    # Each job imports only what it needs: starting is most of the time that reading a small file takes.
    if picture_format := find_picture(data):
        from PIL import Image

        from bot.files.pictures import read_picture

        Image.MAX_IMAGE_PIXELS = None  # checked by `read_picture`, against a limit for each format
        return Content(pictures=(read_picture(data, picture_format, limits.picture_bytes),))
    if is_pdf(data):
        from bot.files.pdf import read_pdf

        return read_pdf(data, limits)
    from bot.files.text import read_text

    return Content(read_text(name, data, limits.chars))


def answer(line: bytes, data: bytes) -> bytes:
    """Return the reply to a request, whatever happens in between."""
    name, limits = parse_request(line)
    try:
        return reply(read(name, data, limits))
    except InputError as refused:
        return refusal(refused.code, refused.facts)
    except MemoryError:
        return refusal("file_heavy", {}, "MemoryError")
    except Exception as damaged:  # the outermost handler of this process: decoders raise errors of any class
        return refusal("file_broken", {}, type(damaged).__name__)


def main() -> None:
    """Serve one request."""
    confine(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
    line = sys.stdin.buffer.readline()
    sys.stdout.buffer.write(answer(line, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
