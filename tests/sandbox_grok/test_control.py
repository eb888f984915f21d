"""The control routes: what tests and benchmarks see and steer."""

from __future__ import annotations

import pytest

from sandbox.grok.catalogue import FAULTS
from sandbox.grok.faults import parse_wishes, take_tags
from sandbox.grok.journal import MAX_ENTRIES, Journal
from tests.sandbox_grok.serving import EDIT, DemoClient, contents, finishes, png, with_picture


async def requests(demo: DemoClient) -> list[dict[str, object]]:
    found = (await demo.http.get("/control/requests")).json()["requests"]
    assert isinstance(found, list)
    return found


async def test_every_api_request_is_listed_in_order(demo: DemoClient) -> None:
    await demo.http.get("/v1/models")
    await demo.chat("hi", stream=False)
    first, second = await requests(demo)
    assert (first["path"], second["path"]) == ("/v1/models", "/v1/chat/completions")
    assert (second["model"], second["stream"], second["authorized"]) == ("grok-3", False, True)
    assert float(str(first["at"])) < float(str(second["at"]))
    assert int(str(second["n"])) == int(str(first["n"])) + 1


async def test_bodies_are_kept_with_their_pictures_cut_short(demo: DemoClient) -> None:
    await demo.chat(with_picture("what?", png() + bytes(5000)), stream=False)
    (entry,) = await requests(demo)
    assert "what?" in str(entry["body"])
    assert len(str(entry["body"])) < 400
    assert "data:image/png;base64," in str(entry["body"])


async def test_forms_are_kept_as_fields_and_sizes(demo: DemoClient) -> None:
    form = {"prompt": "gold", "model": EDIT}
    await demo.http.post("/v1/images/edits", data=form, files={"image": ("a.png", png())})
    (entry,) = await requests(demo)
    assert entry["body"] == {**form, "files": [{"filename": "a.png", "size": len(png())}]}
    assert entry["model"] == EDIT


async def test_refused_keys_are_listed_as_such(demo: DemoClient) -> None:
    await demo.http.get("/v1/models", headers={"Authorization": "Bearer wrong"})
    (entry,) = await requests(demo)
    assert entry["authorized"] is False


async def test_only_requests_after_a_number_are_given(demo: DemoClient) -> None:
    for _ in range(3):
        await demo.http.get("/v1/models")
    found = (await demo.http.get("/control/requests", params={"since": 2})).json()["requests"]
    assert [entry["n"] for entry in found] == [3]


async def test_emissions_tell_when_how_much_had_left(demo: DemoClient) -> None:
    answer = await demo.chat("[[tokens=40 rate=2000]]")
    told = (await demo.http.get(f"/control/emissions/{answer.headers['x-demo-request']}")).json()
    sizes = [len(piece) for piece in contents(answer.text)]
    chars = [token["chars"] for token in told["tokens"]]
    times = [token["at"] for token in told["tokens"]]
    assert chars == [sum(sizes[: index + 1]) for index in range(40)]
    assert times == sorted(times)
    assert told["finished_at"] >= times[-1]


async def test_tokens_leave_by_an_absolute_schedule(demo: DemoClient) -> None:
    answer = await demo.chat("[[tokens=101 rate=500]]")
    told = (await demo.http.get(f"/control/emissions/{answer.headers['x-demo-request']}")).json()
    times = [token["at"] for token in told["tokens"]]
    # Never early: a late start of one token is not passed on to the next, so only the lower bound is exact.
    assert all(at - times[0] >= index / 500 - 0.001 for index, at in enumerate(times))


async def test_exactly_the_asked_tokens_are_sent(demo: DemoClient) -> None:
    answer = await demo.chat("[[tokens=300 rate=5000]] whatever")
    assert contents(answer.text) == [f"w{index} " for index in range(300)]
    assert finishes(answer.text) == ["stop"]


async def test_a_fault_laid_out_strikes_as_often_as_asked(demo: DemoClient) -> None:
    await demo.next_fault("notokens", times=2)
    statuses = [(await demo.chat("hi", stream=False)).status_code for _ in range(3)]
    assert statuses == [429, 429, 200]


async def test_a_fault_laid_out_waits_for_something_to_be_made(demo: DemoClient) -> None:
    await demo.next_fault("status503")
    assert (await demo.http.get("/v1/models")).status_code == 200
    assert (await demo.chat("hi", stream=False)).status_code == 503


async def test_a_fault_can_be_laid_out_for_a_path(demo: DemoClient) -> None:
    await demo.next_fault("status503", path="/v1/models")
    assert (await demo.chat("hi", stream=False)).status_code == 200
    assert (await demo.http.get("/v1/models")).status_code == 503


async def test_faults_laid_out_can_be_taken_back(demo: DemoClient) -> None:
    await demo.next_fault("notokens")
    await demo.http.delete("/control/next")
    assert (await demo.chat("hi", stream=False)).status_code == 200


@pytest.mark.parametrize(
    "body", [{"name": "nonsense"}, {"name": ""}, {}, {"name": "cut", "times": 0}, {"name": "cut", "times": "x"}]
)
async def test_what_cannot_be_laid_out_is_refused(demo: DemoClient, body: dict[str, object]) -> None:
    assert (await demo.post("/control/next", body)).status_code == 400


async def test_every_fault_is_listed_with_what_it_does(demo: DemoClient) -> None:
    listed = (await demo.http.get("/control/faults")).json()["faults"]
    assert {item["name"]: item["about"] for item in listed} == FAULTS
    page = (await demo.http.get("/")).text
    assert "no model" in page
    assert all(f"<code>{name}</code>" in page for name in FAULTS)


def test_tags_are_taken_out_of_the_prompt() -> None:
    prompt, faults = take_tags("draw [[cut g2]] a cat [[silent_20]]")
    assert prompt == "draw a cat"
    assert dict(faults.wishes) == {"cut": "", "g2": "", "silent": "20"}


@pytest.mark.parametrize("prompt", ["see [[Main page]]", "a[[0]]", "[[]]", "[[cut nonsense]]", "[[cut", "a  b"])
def test_brackets_that_name_no_fault_stay_text(prompt: str) -> None:
    assert take_tags(prompt) == (prompt, take_tags("")[1])


@pytest.mark.parametrize(
    ("words", "name", "value"), [("http503", "http", 503), ("status429", "status", 429), ("silent_1.5", "silent", 1.5)]
)
def test_some_names_carry_their_value(words: str, name: str, value: float) -> None:
    wishes = parse_wishes(words)
    assert wishes is not None
    assert wishes.number(name, 0) == value


def test_a_value_that_is_no_number_falls_back() -> None:
    wishes = parse_wishes("tokens=many")
    assert wishes is not None
    assert wishes.number("tokens", 7) == 7


async def test_old_tags_in_the_conversation_do_not_strike_again(demo: DemoClient) -> None:
    turns = [
        {"role": "user", "content": "[[notokens]] hi"},
        {"role": "assistant", "content": "hm"},
        {"role": "user", "content": "once more"},
    ]
    answer = await demo.post("/v1/chat/completions", {"model": "grok-3", "messages": turns, "stream": False})
    assert answer.status_code == 200


def test_the_journal_forgets_the_oldest() -> None:
    journal = Journal()
    for _ in range(MAX_ENTRIES + 5):
        journal.note("/v1/models", None, authorized=True)
    assert len(journal.entries()) == MAX_ENTRIES
    assert journal.find(5) is None
    assert journal.find(6) is not None
