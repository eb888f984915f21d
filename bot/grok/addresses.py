"""Which addresses the bot may fetch from: model output chooses links, so none may lead inside (point 22)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

# Networks whose addresses carry an IPv4 address: NAT64 (RFC 6052), 6to4 (RFC 3056).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_6TO4 = ipaddress.ip_network("2002::/16")


def is_public(address: str) -> bool:
    """Tell whether `address` is one on the public internet, also by the IPv4 address that it may carry."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(ip)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.is_site_local or (ip.is_reserved and not carried)):
        return False  # ipaddress counts both as global
    return all(part.is_global and not part.is_multicast for part in (ip, *carried))


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver, without repetitions. Raise OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _carried(ip: IPAddress) -> list[ipaddress.IPv4Address]:
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    number = int(ip)
    carried = [ip.ipv4_mapped] if ip.ipv4_mapped else []
    if ip in _NAT64:
        carried.append(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    if ip in _6TO4:
        carried.append(ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF))
    if ip.teredo:
        carried.append(ip.teredo[1])
    return carried
