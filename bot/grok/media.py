"""Bring results onto the disk: only from addresses one may fetch, only as large as allowed (points 20 to 23)."""

from __future__ import annotations

import asyncio
import itertools
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bot.errors import MediaError
from bot.grok import addresses
from bot.grok.attempts import Patience
from bot.grok.endpoint import Endpoint
from bot.grok.http import Timing
from bot.grok.keeping import Keep, KeptFile
from bot.grok.retry import delay_s
from bot.grok.storing import NewFile, WantedKind
from bot.grok.transfer import Transfer
from bot.grok.types import MediaFile, MediaRef
from bot.secret import Secret

_REDIRECTS = 3
_ATTEMPTS = {"network": 3, "slow": 2, "cut": 2}
_PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_GONE_STATUSES = (400, 404, 410)  # the proxy's middle versions answer 400 for a file that is gone
_PRIVATE_STATUSES = (401, 403)
_COOKIE_HOST = "assets.grok.com"  # gives files only to the account that made them
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PINNED_TRIES = 4  # addresses of one host

Origin = tuple[str, str, int]


class MediaFetcher:
    """Fetches results. Only the configured origin gets the key and may have a private address, redirects included."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        endpoint: Endpoint,
        key: Secret,
        timing: Timing,
        patience: Patience,
        resolve: addresses.Resolve = addresses.resolve,
    ) -> None:
        self._http = http
        self._home = _origin(httpx.URL(endpoint.base))
        self._key = key
        self._timing = timing
        self._patience = patience
        self._resolve = resolve

    async def fetch(
        self, ref: MediaRef, folder: Path, *, kind: WantedKind, max_bytes: int, keep: Keep | None = None
    ) -> MediaFile:
        """Store a result as a new file in `folder`; nothing is left there on failure. Raise MediaError.

        keep: where what came is left on failure, for the next call to go on with.
        """
        file = await KeptFile.open(keep, folder, kind, max_bytes) if keep else NewFile(folder, kind, max_bytes)
        try:
            if ref.data is not None:
                await file.write(ref.data)
                return await file.finish()
            async with asyncio.timeout(self._timing.file_deadline_s):
                return await self._persist(ref.url or "", Transfer(file, self._timing, self._patience.clock))
        except TimeoutError as late:
            raise MediaError("slow", "the file did not come in time") from late
        finally:
            file.discard()

    async def _persist(self, address: str, transfer: Transfer) -> MediaFile:
        """Download again what failed for a reason that may pass: the result is paid for, and fetching it is free."""
        for attempt in itertools.count(1):
            try:
                return await self._download(address, transfer)
            except MediaError as error:
                if attempt >= _attempts(error):
                    raise
                if error.reason == "cut":
                    transfer.start_anew()
            await self._patience.sleep(delay_s(attempt, None, self._patience.random))
        raise AssertionError("counting does not end")

    async def _download(self, address: str, transfer: Transfer) -> MediaFile:
        url = _parsed(address)
        is_home = True
        for _ in range(_REDIRECTS + 1):
            # Once a foreign host had a say in where to go, home is an address like any other.
            is_home = is_home and _origin(url) == self._home
            async with self._open(url, transfer.headers, is_home=is_home) as response:
                if not response.has_redirect_location:
                    if not transfer.is_for_the_rest(response):
                        _check_status(response, url)
                    return await transfer.take(response)
                url = _parsed(str(url.join(response.headers["location"])))
        raise MediaError("address", "too many redirects")

    @asynccontextmanager
    async def _open(self, url: httpx.URL, headers: dict[str, str], *, is_home: bool) -> AsyncIterator[httpx.Response]:
        headers = {"Accept-Encoding": "identity", **headers}
        requests = [self._home_request(url, headers)] if is_home else await self._foreign_requests(url, headers)
        response = await self._first_answer(requests)
        try:
            yield response
        finally:
            await response.aclose()

    async def _first_answer(self, requests: list[httpx.Request]) -> httpx.Response:
        """Send the requests in turn until one connects: a host may have addresses that cannot be reached from here."""
        cause: Exception | None = None
        for request in requests:
            try:
                return await self._http.send(request, stream=True, auth=None, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout) as closed:
                cause = closed
            except httpx.HTTPError as broken:
                raise MediaError("network") from broken
        raise MediaError("network") from cause

    def _home_request(self, url: httpx.URL, headers: dict[str, str]) -> httpx.Request:
        if self._key:
            headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return self._http.build_request("GET", url, headers=headers, timeout=self._timing.http())

    async def _foreign_requests(self, url: httpx.URL, headers: dict[str, str]) -> list[httpx.Request]:
        """Make one request for each address of the host, all of which must be public.

        They go to the address that was checked: a second look-up could answer otherwise (DNS rebinding). Connections
        are not kept, because the pool would hand them to other hosts of the same address.
        """
        host = url.raw_host.decode("ascii")
        _, _, port = _origin(url)
        try:
            found = await self._resolve(host, port)
        except OSError as unknown:
            raise MediaError("network", "the file's host is unknown") from unknown
        if not found or not all(map(addresses.is_public, found)):
            raise MediaError("address", "the file's host is not on the public internet")
        headers = {**headers, "Connection": "close", "Host": url.netloc.decode("ascii")}
        if self._http.trust_env and _has_proxy(url.scheme, host):
            # A proxy resolves names itself and httpx verifies tunnelled TLS by the address's name, so pinning would
            # break it; what the proxy may reach is its own policy.
            return [self._http.build_request("GET", url, headers=headers, timeout=self._timing.http())]
        return [
            self._http.build_request(
                "GET",
                url.copy_with(host=address),
                headers=headers,
                timeout=self._timing.http(),
                extensions={"sni_hostname": host},
            )
            for address in found[:_PINNED_TRIES]
        ]


def _parsed(address: str) -> httpx.URL:
    """Parse by httpx's rules, the ones it will connect by: two parsers that disagree are a way in."""
    try:
        url = httpx.URL(address)
        is_fit = url.scheme in _DEFAULT_PORTS and bool(url.raw_host) and not url.userinfo
    except (httpx.InvalidURL, ValueError) as malformed:
        raise MediaError("address", "the file's address is malformed") from malformed
    if not is_fit:
        raise MediaError("address", "the file's address is not one of the web")
    return url


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode("ascii").lower(), url.port or _DEFAULT_PORTS[url.scheme]


def _has_proxy(scheme: str, host: str) -> bool:
    proxies = urllib.request.getproxies()
    return bool(proxies.get(scheme) or proxies.get("all")) and not urllib.request.proxy_bypass(host)


def _check_status(response: httpx.Response, url: httpx.URL) -> None:
    status = response.status_code
    if status == httpx.codes.OK:  # a part, which nobody asked for, is not the file
        return
    if status in _PRIVATE_STATUSES and url.host == _COOKIE_HOST:
        raise MediaError("private", status=status)
    raise MediaError("gone" if status in _GONE_STATUSES else "network", status=status)


def _attempts(error: MediaError) -> int:
    """Return how many attempts a file that failed with `error` gets."""
    is_passing = error.status is None or error.status in _PASSING_STATUSES
    return _ATTEMPTS.get(error.reason, 1) if is_passing else 1
