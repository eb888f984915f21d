"""The stock of sentences the demo writes with. `{topic}` and `{other}` are words of the question."""

from __future__ import annotations

OPENINGS = (
    "I am the **demo Grok server**: no model, only a small program that writes Markdown at a believable pace.",
    "No model is behind this answer. It comes from the **demo Grok server**, which invents text about what it reads.",
    "This is the **demo Grok server** speaking. It has no model and knows nothing, but it did read your message.",
)
QUOTES = (
    "What we know about {topic} is a drop; what the demo knows about it is the word itself.",
    "Ask a demo about {topic} and it will tell you about {topic}.",
    "Every long way to {topic} begins with a short prompt.",
)
POINTS = (
    "**{Topic} first.** It is the word that stood out most in your message.",
    "**Then {other}.** A real model would tell you how it belongs to {topic}.",
    "**Small steps.** Take {topic} apart before you put it together with {other}.",
    "**Check the source.** Nothing here is a fact; it only has the shape of one.",
    "**Keep what works.** If {topic} surprises you twice, write it down.",
    "**Ask again.** The same question gives the same answer here, letter for letter.",
    "**Mind the edges.** Most of the trouble with {topic} sits where {other} begins.",
    "**Time matters.** Give {topic} a quiet hour and {other} a second look.",
)
SENTENCES = (
    "{Topic} looks simple from a distance, and that is its charm.",
    "Come closer and {topic} falls into parts, each with a reason of its own.",
    "People who know {topic} well rarely begin with {other}; they arrive there.",
    "One way to think about {topic} is as a slow conversation with {other}.",
    "It helps to draw {topic} on paper, with an arrow wherever something changes.",
    "Some say that {other} came first, and that {topic} only gave it a name.",
    "Nobody has to decide that today.",
    "A good question about {topic} is worth more than three quick answers.",
    "In the morning {topic} seems large; by evening it fits into a pocket.",
    "What remains is a handful of habits, and {other} is one of them.",
    "This sentence is here to be read while the next one is on its way.",
    "Between {topic} and {other} there is room for doubt, and doubt is useful.",
    "If you measure {topic}, write down how; numbers without a method fade quickly.",
    "The details change with the season, the weather, and the person asking.",
    "Still, the outline holds: begin, look, compare, and begin again.",
    "Old notes on {topic} tend to agree on one thing, namely patience.",
    "Where {other} is loud, {topic} is patient.",
    "That may be why both turn up in the same stories.",
    "Curiously, the shortest account of {topic} is often the kindest.",
    "You can stop here, or follow {topic} around one more corner.",
)
HEADINGS = (
    "How it begins",
    "A closer look",
    "What people notice",
    "Around the corner",
    "In practice",
    "The quiet part",
    "Turning it over",
    "What stays",
)
THOUGHTS = (
    "The question is about {topic}.",
    "First I look at the words, then I pick a shape for the answer.",
    "It mentions {other} too, so that should appear.",
    "Does {topic} come before {other}, or the other way round? Let me go through it once more.",
    "If {topic} comes first, the rest follows almost by itself.",
    "If {other} comes first, I would have to explain why, and nobody asked for that.",
    "A list would be easy to read; a table only helps where there is something to compare.",
    "A short paragraph, then something to look at.",
    "No facts are at hand; I had better say so.",
    "I should not promise more about {topic} than one word can hold.",
    "That will do.",
)
_COMMON = (
    "a about add all am an and any are as at be been but by can compare could demo describe did do does explain for "
    "from get give had has have he her him his how i if in into is it its just let like make many me more my no not "
    "of on one or our out please said say she should show so some tell than that the their them then there these they "
    "this to up us use want was we were what when where which who why will with words word would write you your "
    "again ask asked image last long picture question"
)
STOP_WORDS = frozenset(_COMMON.split())
