"""The control routes: for tests, benchmarks and demos. They ask for no key; the server listens on loopback only."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from sandbox.grok.calls import parse_json
from sandbox.grok.catalogue import FAULTS
from sandbox.grok.demo import DEMO
from sandbox.grok.errors import ApiError, bad_request, json_response
from sandbox.grok.faults import parse_wishes

control = web.RouteTableDef()


@control.get("/control/faults")
async def list_faults(request: web.Request) -> web.Response:
    """List every fault with what it does."""
    return json_response({"faults": [{"name": name, "about": about} for name, about in FAULTS.items()]})


@control.post("/control/next")
async def next_fault(request: web.Request) -> web.Response:
    """Lay out faults for coming requests: `{"name": "cut", "times": 1, "path": ""}`."""
    body = parse_json(await request.read())
    name, times, path = body.get("name"), body.get("times", 1), body.get("path", "")
    faults = parse_wishes(name) if isinstance(name, str) else None
    if faults is None:
        raise bad_request(f"No fault is called {name!r}; GET /control/faults lists them.", "name", "unknown_fault")
    if not isinstance(times, int) or times < 1 or not isinstance(path, str):
        raise bad_request("times must be a positive number, path a text", "times", "invalid_times")
    request.app[DEMO].queue.add(faults, times, path)
    return json_response({"name": name, "times": times, "path": path})


@control.delete("/control/next")
async def clear_faults(request: web.Request) -> web.Response:
    """Forget the faults laid out."""
    request.app[DEMO].queue.clear()
    return json_response({})


@control.get("/control/requests")
async def requests(request: web.Request) -> web.Response:
    """List the requests that came, oldest first; `?since=N` those after number N."""
    since = request.query.get("since", "0")
    after = int(since) if since.isdecimal() else 0
    entries = request.app[DEMO].journal.entries()
    return json_response({"requests": [entry.public() for entry in entries if entry.n > after]})


@control.get("/control/emissions/{n:\\d+}")
async def emissions(request: web.Request) -> web.Response:
    """Tell when each piece of an answer's content left the server."""
    entry = request.app[DEMO].journal.find(int(request.match_info["n"]))
    if entry is None:
        raise ApiError(404, "No such request is remembered", code="not_found", kind="not_found_error")
    return json_response(entry.emissions.body())


@control.get("/control/generations")
async def generations(request: web.Request) -> web.Response:
    """Tell, for each prompt, how many pictures or clips were begun, finished and abandoned, oldest first."""
    return json_response({"generations": [asdict(count) for count in request.app[DEMO].ledger.counts()]})


@control.get("/control/files")
async def files(request: web.Request) -> web.Response:
    """List the files that are served, oldest first."""
    return json_response({"files": [{"path": path} for path in request.app[DEMO].files.paths()]})
