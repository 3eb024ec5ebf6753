"""The kinds of synthetic tasks: each hides something in real paragraphs, asks for it behind them, and knows the answer.

No model writes them. A task depends on its paragraphs and its random numbers alone.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

COLOURS = "amber black blue brown copper crimson green grey indigo ivory olive orange purple red silver white".split()
THINGS = "anchor barrel bridge candle castle cellar compass garden harbour kettle ladder lantern mirror orchard".split()
PLACES = "Aldermoor Brackwater Coldhurst Dunmere Eastleigh Farrowby Glenrock Harwick Kingsbrook Larkfield".split()
NUMBER_WORDS = "one two three four five six seven eight nine ten".split()
LONGEST_COPY = 1_500  # characters of a passage that is to be copied
PARTS = (3, 9)  # parts of a text whose order is asked for: from 3 to 9


class Task(NamedTuple):
    """A task as one text: the paragraphs with what was hidden in them, then the question, then the answer."""

    body: str
    question: str
    answer: str

    @property
    def text(self) -> str:
        """What a model is trained on."""
        return f"{self.body}\n\n{self.question}\n{self.answer}"


Pages = Sequence[Sequence[str]]  # the paragraphs of each page
Kind = Callable[[Pages, random.Random], Task | None]


def planted(paragraphs: Sequence[str], extra: Iterable[str], chance: random.Random) -> str:
    """The paragraphs, in their order, with the extra lines, in theirs, at random places between them."""
    extra = list(extra)
    places = sorted(chance.randrange(len(paragraphs) + 1) for _ in extra)
    made = list(paragraphs)
    for place, line in reversed(list(zip(places, extra, strict=True))):
        made.insert(place, line)
    return "\n\n".join(made)


def retrieval(pages: Pages, chance: random.Random) -> Task:
    """Facts of one form are planted, and one of them is asked for."""
    paragraphs = [paragraph for page in pages for paragraph in page]
    things = chance.sample([f"{colour} {thing}" for colour in COLOURS for thing in THINGS], min(8, 1 + len(paragraphs)))
    facts = {thing: (chance.choice(PLACES), chance.randrange(10_000, 1_000_000)) for thing in things}
    lines = [f"The {thing} in {place} has the number {number}." for thing, (place, number) in facts.items()]
    body = planted(paragraphs, lines, chance)
    asked = chance.choice(things)
    place, number = facts[asked]
    if chance.random() < 0.5:
        return Task(body, f"What number does the {asked} have?", str(number))
    return Task(body, f"Where is the {asked}, and what is its number?", f"{place}, {number}")


def ordering(pages: Pages, chance: random.Random) -> Task | None:
    """The longest page is cut into parts, which are lettered and stand in another order among the other pages; the
    order that they had is asked for. None where it has too few paragraphs.
    """
    longest = max(range(len(pages)), key=lambda n: sum(map(len, pages[n])))
    page = pages[longest]
    if len(page) < PARTS[0]:
        return None
    number = min(chance.randint(*PARTS), len(page))
    cuts = [len(page) * n // number for n in range(number + 1)]
    parts = ["\n\n".join(page[low:high]) for low, high in pairwise(cuts)]
    order = list(range(number))
    while order == sorted(order):
        chance.shuffle(order)
    letters = [chr(ord("A") + n) for n in range(number)]
    shown = [f"[Part {letter}]\n{parts[n]}" for letter, n in zip(letters, order, strict=True)]
    answer = " ".join(letter for _, letter in sorted(zip(order, letters, strict=True)))
    others = [paragraph for n, other in enumerate(pages) if n != longest for paragraph in other]
    return Task(planted(others, shown, chance), f"In which order do the parts A to {letters[-1]} belong?", answer)


def counting(pages: Pages, chance: random.Random) -> Task:
    """A line is planted several times among lines that resemble it; how often it stands there is asked for."""
    paragraphs = [paragraph for page in pages for paragraph in page]
    thing = chance.choice(THINGS)
    asked, other = chance.sample(COLOURS, 2)
    most = min(len(NUMBER_WORDS), 2 + len(paragraphs))
    times, others = chance.randint(1, most), chance.randint(0, most)
    lines = [f"Here is the {asked} {thing}."] * times + [f"Here is the {other} {thing}."] * others
    chance.shuffle(lines)
    said = str(times) if chance.random() < 0.5 else NUMBER_WORDS[times - 1]
    form = "digits" if said.isdigit() else "a word"
    question = f"How many times does the text say that the {asked} {thing} is here? Answer with {form}."
    return Task(planted(paragraphs, lines, chance), question, said)


def copying(pages: Pages, chance: random.Random) -> Task:
    """A passage is marked, and is to be repeated word for word."""
    paragraphs = [paragraph for page in pages for paragraph in page]
    number = chance.randrange(len(paragraphs))
    passage = paragraphs[number]
    if len(passage) > LONGEST_COPY:
        passage = passage[:LONGEST_COPY].rpartition(" ")[0] or passage[:LONGEST_COPY]
    mark = f"{chance.choice(COLOURS)} {chance.choice(THINGS)}"
    rest = paragraphs[number][len(passage) :].strip()
    marked = [f"[The passage of the {mark} begins.]", passage, f"[The passage of the {mark} ends.]"]
    body = "\n\n".join([*paragraphs[:number], *marked, *([rest] if rest else []), *paragraphs[number + 1 :]])
    return Task(body, f"Repeat the passage of the {mark} word for word.", passage)


def key_value(pages: Pages, chance: random.Random) -> Task:
    """Lines with keys and values stand between the paragraphs; the value of one key is asked for."""
    paragraphs = [paragraph for page in pages for paragraph in page]
    keys = [f"{chance.getrandbits(48):012x}" for _ in range(min(2 + len(paragraphs), 200))]
    values = [f"{chance.getrandbits(48):012x}" for _ in keys]
    body = planted(paragraphs, [f"key {k} = {v}" for k, v in zip(keys, values, strict=True)], chance)
    asked = chance.randrange(len(keys))
    return Task(body, f"What is the value of key {keys[asked]}?", values[asked])


KINDS: dict[str, Kind] = {
    "retrieval": retrieval,
    "ordering": ordering,
    "counting": counting,
    "copying": copying,
    "key_value": key_value,
}
