"""The steps from each released schema to the next, forward only.

A new step: change `bot.store.tables`, add `versions/000n_what_it_does.py`, move `HEAD`, and add the schema it starts
from to `tests/store/schemas.py`.
"""

from __future__ import annotations

HEAD = "0003"
