"""Metrics as a Prometheus would read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Scrape:
    """The samples of one scrape, and the families that they are of, by name."""

    samples: Mapping[tuple[str, frozenset[tuple[str, str]]], float]
    families: Mapping[str, str]

    def value(self, name: str, **labels: str) -> float:
        """Return a sample, 0.0 where there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def labelled(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """Return every sample of a name."""
        return {labels: value for (sample, labels), value in self.samples.items() if sample == name}


def parsed(text: str) -> Scrape:
    families = list(text_string_to_metric_families(text))
    samples = {
        (each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples
    }
    return Scrape(samples, {family.name: family.type for family in families})


async def get(port: int, path: str) -> tuple[int, str, str]:
    """Return status, content type and body of a page."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}{path}") as reply:
        return reply.status, reply.headers["Content-Type"], await reply.text()


async def scrape(port: int) -> Scrape:
    status, kind, text = await get(port, "/metrics")
    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    return parsed(text)
