"""The one HTTP client of the process, and sending a request with it so that every failure is one of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import httpx
import msgspec

from bot.errors import UpstreamError, UpstreamInterrupted, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from bot.grok.endpoint import Endpoint
from bot.grok.failures import error_from_response
from bot.grok.unpacking import body_of
from bot.secret import Secret

_CONNECTIONS = 400  # far above the answers that may run at once: a place in the pool is not what should make them wait
_IDLE_CONNECTIONS = 40
_BODY_BYTES = 16 * 1024 * 1024  # far above a list of models, and what is said about a job
_ERROR_BODY_BYTES = 64 * 1024
_ERROR_BODY_S = 5.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each thing may take, in seconds.

    silence_s: between two pieces of a streamed reply; it must exceed the 60 s after which the proxy itself gives up.
    """

    connect_s: float = 10.0
    write_s: float = 60.0
    pool_s: float = 30.0
    silence_s: float = 90.0
    chat_deadline_s: float = 600.0
    image_deadline_s: float = 300.0
    video_deadline_s: float = 600.0
    file_deadline_s: float = 600.0
    slow_after_s: float = 30.0  # a file must bring least_bytes_per_s in every such time
    short_deadline_s: float = 30.0  # for the list of models
    poll_s: float = 5.0
    least_bytes_per_s: float = 1000.0

    def http(self, read_s: float | None = None) -> httpx.Timeout:
        """Return httpx's timeouts, which count per phase. read_s: the silence allowed, if not the usual."""
        read = self.silence_s if read_s is None else read_s
        return httpx.Timeout(connect=self.connect_s, read=read, write=self.write_s, pool=self.pool_s)


DEFAULT_TIMING = Timing()


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API. payload: what becomes its JSON body; form and files: a multipart body instead.

    read_s: the silence allowed, None for that of a stream.
    """

    path: str
    payload: dict[str, object] | None = None
    form: dict[str, str] | None = None
    files: dict[str, tuple[str, bytes, str]] | None = None
    read_s: float | None = None


def make_http() -> httpx.AsyncClient:
    """Make the client: keep-alive over HTTP/1.1, room for hundreds of streams, no redirects, proxies as in httpx."""
    limits = httpx.Limits(
        max_connections=_CONNECTIONS, max_keepalive_connections=_IDLE_CONNECTIONS, keepalive_expiry=30
    )
    return httpx.AsyncClient(limits=limits, timeout=DEFAULT_TIMING.http(), follow_redirects=False)


class Wire:
    """A configured server: requests carry its key, answers of 400 and above are raised."""

    def __init__(self, http: httpx.AsyncClient, endpoint: Endpoint, key: Secret, timing: Timing) -> None:
        self.endpoint = endpoint
        self.timing = timing
        self.secrets: tuple[Secret, ...] = (key,)
        self._http = http
        # Compressing a stream makes proxies hold tokens back until a block is full.
        self._headers = {"Accept-Encoding": "identity", "Accept": "text/event-stream, application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key.reveal()}"

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[httpx.Response]:
        """Send `call` and give its successful answer, the body unread."""
        with translated():
            response = await self._http.send(self._request(call), stream=True)
        try:
            if not response.is_success:
                raise await self._failure(response)
            yield response
        finally:
            await response.aclose()

    async def fetch(self, call: Call) -> bytes:
        """Send `call` and return the whole body of its successful answer; its `read_s` limits the whole of it."""
        limit_s = self.timing.silence_s if call.read_s is None else call.read_s
        try:
            async with asyncio.timeout(limit_s), self.open(call) as response:
                with translated():
                    return await _whole(response)
        except TimeoutError as late:
            raise UpstreamTimeout from late

    def _request(self, call: Call) -> httpx.Request:
        url = self.endpoint.url(call.path)
        timeout = self.timing.http(call.read_s)
        headers = self._headers
        if call.form is not None:
            # Fields go as parts, because httpx writes a form without files in the other encoding.
            parts: dict[str, tuple[str | None, str] | tuple[str, bytes, str]] = {
                name: (None, value) for name, value in call.form.items()
            }
            parts |= call.files or {}
            return self._http.build_request("POST", url, files=parts, headers=headers, timeout=timeout)
        if call.payload is None:
            return self._http.build_request("GET", url, headers=headers, timeout=timeout)
        headers = {**headers, "Content-Type": "application/json"}
        return self._http.build_request(
            "POST", url, content=msgspec.json.encode(call.payload), headers=headers, timeout=timeout
        )

    async def _failure(self, response: httpx.Response) -> UpstreamError:
        if response.is_redirect:
            return UpstreamRefused("the server redirects to another address", status=response.status_code)
        body = bytearray()
        with suppress(httpx.HTTPError, UpstreamError, TimeoutError):  # the status alone tells enough
            async with asyncio.timeout(_ERROR_BODY_S):
                async with aclosing(body_of(response)) as chunks:
                    async for chunk in chunks:
                        body += chunk
                        if len(body) > _ERROR_BODY_BYTES:
                            break
        return error_from_response(response.status_code, response.headers, bytes(body), secrets=self.secrets)


async def _whole(response: httpx.Response) -> bytes:
    """Return a body of bearable size. Raise UpstreamError for a larger one."""
    body = bytearray()
    async with aclosing(body_of(response)) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > _BODY_BYTES:
                raise UpstreamError("the reply is too large", status=response.status_code, code="reply_too_large")
    return bytes(body)


@contextmanager
def translated() -> Iterator[None]:
    """Raise httpx's errors as ours. Their texts name hosts and addresses, so they stay in the cause."""
    try:
        yield
    except (httpx.ReadTimeout, httpx.WriteTimeout) as slow:
        raise UpstreamTimeout from slow
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as closed:
        raise UpstreamUnavailable from closed
    except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as broken:
        raise UpstreamInterrupted from broken
    except httpx.InvalidURL as malformed:
        raise UpstreamRefused("the address is malformed") from malformed
