"""The one page of the demo server: what it is, and what it can be asked to do wrong."""

from __future__ import annotations

import html
from collections.abc import Mapping

from aiohttp import web

from sandbox.grok.catalogue import FAULTS, WORDS

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; }
"""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Demo Grok server</title>
<style>{style}</style>
<h1>Demo Grok server</h1>
<p>This is a demo and no model. It speaks an OpenAI-compatible API at <code>{base}</code>, writes believable Markdown
about what it is asked, draws pictures and films short clips. The same request gives the same answer.</p>
<h2>What it listens to</h2>
<dl>{words}</dl>
<h2>Going wrong on purpose</h2>
<p>Write a name in double brackets into a prompt, as in <code>[[cut]]</code> or <code>[[tokens=1000 rate=50]]</code>, or
<code>POST /control/next {{"name": "cut", "times": 1}}</code> for the next request.</p>
<dl>{faults}</dl>
<h2>Looking in</h2>
<p><a href="/control/requests">Requests</a>, <a href="/control/faults">faults</a>,
<a href="/control/generations">what was made</a>,
<code>/control/emissions/N</code> for the times of request N.</p>
</html>
"""


async def page(request: web.Request) -> web.Response:
    """Answer `GET /`."""
    words, faults = _listed(WORDS), _listed(FAULTS)
    base = html.escape(f"{request.url.origin()}/v1")
    return web.Response(text=PAGE.format(style=STYLE, base=base, words=words, faults=faults), content_type="text/html")


def _listed(names: Mapping[str, str]) -> str:
    return "".join(f"<dt><code>{name}</code></dt><dd>{html.escape(about)}</dd>\n" for name, about in names.items())
