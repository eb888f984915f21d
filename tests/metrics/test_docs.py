"""The table in the docs is what is served."""

from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # comes with DBOS, without annotations

from bot.metrics.instruments import KINDS
from bot.metrics.server import serving
from tests.metrics.fakes import Bot, Orders, Upstreams
from tests.metrics.scraping import scrape
from tests.metrics.test_server import HERE, watching

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "running.md").read_text(encoding="utf-8")


def documented() -> dict[str, tuple[str, frozenset[str]]]:
    """Return type and labels of every metric, as told."""
    rows = re.findall(r"^\| `(grokcord_\w+)` \| (\w+) \|([^|]*)\|", PAGE, re.MULTILINE)
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


async def test_the_table_of_metrics_is_what_is_served() -> None:
    monitor = watching(Upstreams())
    async with serving(monitor, HERE, 0) as port:
        with monitor.watching(Bot(orders=Orders({("clip", "done"): 1}))):
            told = await scrape(port)
    served: dict[str, tuple[str, frozenset[str]]] = {}
    for name, kind in told.families.items():
        full = f"{name}_total" if kind == "counter" else name
        labels = [labels for (sample, labels) in told.samples if sample in {full, f"{name}_count"}]
        if name.startswith("grokcord_"):
            served[full] = (kind, frozenset(label for label, _ in labels[0]))
    assert served == documented()
    assert len(served) == 15


def test_the_examples_name_metrics_and_values_that_exist() -> None:
    rules = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    alerts = [rule for each in rules for group in each.get("groups", []) for rule in group["rules"]]
    named = {name for rule in alerts for name in re.findall(r"grokcord_\w+", rule["expr"])}
    assert len(alerts) == 3
    assert {re.sub(r"_bucket$", "", name) for name in named} <= documented().keys()
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
