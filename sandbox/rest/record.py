"""Remembers every request the bot made, for tests and benchmarks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sandbox.shapes import Json
from sandbox.uploads import Form

KEPT = 50_000


@dataclass(slots=True)
class Request:
    """One request. at: monotonic seconds of arrival; status: 0 until it took effect, or was refused."""

    n: int
    at: float
    method: str
    path: str
    route: str
    bucket: str
    status: int = 0
    form: Form = field(default_factory=Form)

    def shape(self) -> Json:
        """Return it as JSON, files by name and size."""
        files = [{"filename": file.filename, "size": len(file.data)} for file in self.form.files]
        return {
            "n": self.n,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "route": self.route,
            "status": self.status,
            "bucket": self.bucket,
            "body": self.form.value,
            "files": files,
        }


class Record:
    """The newest requests, oldest first."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, at: float, method: str, path: str, route: str, bucket: str) -> Request:
        """Note a request that has just arrived."""
        self._count += 1
        request = Request(self._count, at, method, path, route, bucket)
        self._requests.append(request)
        return request

    def since(self, n: int) -> list[Json]:
        """Return the requests after number `n`."""
        return [request.shape() for request in self._requests if request.n > n]
