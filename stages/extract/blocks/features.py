"""What is known of each block of a page when it is decided whether it belongs to the main text."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from stages.extract.blocks import names, series
from stages.extract.blocks.block import Box, PageBlock
from stages.extract.blocks.clues import Clues
from stages.extract.readings import SENTENCE_ENDS

LONG, SHORT = 60, 150  # characters: a passage of running text, and what may be a label
OF_RIGHTS = 400  # a notice of rights has fewer
BOILERPLATE = re.compile(  # in lower case; alternatives without repetition, so that Python's re is fast and linear
    r"\b(?:read more|more|share|tweet|comments?|reply|posted|by|log ?in|sign (?:in|up)|register|subscribe|"
    r"newsletter|related|click|home|next|previous|prev|search|print|e-?mail|follow|menu|back to|top|skip|views?|ago|"
    r"contact|tags?|categories|category|filed under|likes?|add to|download|join(?:ed)?|view|show|hide|see all|"
    r"advertisement|sponsored|updated|published|author|editor|permalink|report|edit|quote|members?|profile|location|"
    r"last)\b",
    re.ASCII,
)
RIGHTS = ("©", "(c)", "copyright", "all rights", "reserved", "privacy", "cookie", "terms of")
PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:[€£₽₴]|zł|kr\b|USD|EUR)", re.ASCII)
DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}:\d\d", re.ASCII)
CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TAGS = {"p": 1, "td": 2, "th": 2, "div": 3, "section": 3, "article": 3, "li": 4}
ABOVE = 4  # boxes around a block's own that are looked at
NAMES = (
    *"length linked level heading item table code term caption sentence lines digits commas capitals date".split(),
    *"boilerplate rights in_title tag depth far_furniture far_content own_furniture own_content place".split(),
    *"length_before length_after linked_before linked_after text_before text_after after_title".split(),
    *(f"{name}_{up}" for up in range(1, ABOVE + 1) for name in ("size", "linked", "prose")),
    *"alike alike_size alike_linked alike_length siblings in_trunk trunk_up trunk_size".split(),
    *"page_size page_linked page_prose posts article thread product listing in_thread in_listing in_home".split(),
    *"comments in_frame price prices repeats".split(),
    *series.NAMES,
    *names.NAMES,
)
LENGTH, LINKED, CODE, IN_TITLE, AFTER_TITLE = map(NAMES.index, "length linked code in_title after_title".split())


def features(blocks: Sequence[PageBlock], boxes: Sequence[Box], clues: Clues) -> np.ndarray:
    """A row of float32 for each block, with the columns `NAMES`."""
    told = chain.from_iterable(of_text(block, clues.title) for block in blocks)
    own = np.fromiter(told, np.float32).reshape(len(blocks), -1)
    size = own[:, 0].copy()
    linked = own[:, 1] * size
    columns: list[np.ndarray] = [own]
    own[:, 0] = np.log2(1 + size)
    prose = size * is_running(own)
    columns.append(beside(own, size, blocks, clues.title))
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (size, linked, prose)]
    columns.append(around(blocks, boxes, sums))
    columns.append(kinship(blocks, boxes, size, linked))
    columns.append(trunk(blocks, boxes, sums))
    columns.append(of_page(blocks, boxes, size, sums, clues))
    flags = np.array([block.box.flags for block in blocks], np.int64)
    columns.append(price_and_repeats(blocks))
    columns.append(series.of_series(len(blocks), flags, boxes, sums))
    columns.append((flags[:, None] >> np.arange(len(names.NAMES))) & 1)
    return np.concatenate(columns, axis=1, dtype=np.float32)


def is_running(rows: np.ndarray) -> np.ndarray:
    """Which rows are of running text: long, with few links, and no code."""
    return (rows[:, LENGTH] > np.log2(1 + LONG)) & (rows[:, LINKED] < 0.3) & (rows[:, CODE] == 0)


def is_title(row: np.ndarray) -> bool:
    """Whether a block stands in the page's title, or is the heading that is most like it."""
    return bool(row[IN_TITLE] or row[AFTER_TITLE] == 2)


def of_text(block: PageBlock, title: str) -> tuple[Any, ...]:
    """What a block's own text and box say."""
    text, box, kind = block.text, block.box, block.kind
    size, head = block.size, text[:200]
    short, lower = size < SHORT, text.lower() if size < OF_RIGHTS else ""
    digits, capitals = digits_and_capitals(head)
    return (
        size, block.linked / len(text), block.level, kind == "heading", kind == "item", kind == "table", kind == "code",
        kind == "term", kind == "caption", text.endswith(SENTENCE_ENDS), text.count("\n"),
        digits / len(head), text.count(",") / size,
        capitals / len(head), digits > 1 and DATE.search(head) is not None,
        len(BOILERPLATE.findall(lower)) if short else 0, any(map(lower.__contains__, RIGHTS)),
        short and size > 5 and lower in title, TAGS.get(box.tag, 0), box.depth, box.far_furniture,
        box.far_content, (box.own & names.FURNITURE) > 0, (box.own & (names.CONTENT | names.POST)) > 0,
    )  # fmt: skip


def digits_and_capitals(text: str) -> tuple[int, int]:
    """How many characters of a text are digits of ASCII, and how many are capital letters."""
    if not text.isascii():
        return sum(map(text.count, "0123456789")), sum(map(str.isupper, text))
    rest = text.encode().translate(None, b"0123456789")
    return len(text) - len(rest), len(rest) - len(rest.translate(None, CAPITALS))


def beside(own: np.ndarray, size: np.ndarray, blocks: Sequence[PageBlock], title: str) -> np.ndarray:
    """Where a block stands, and what the blocks right before and behind it are."""
    count = len(size)
    made = np.zeros((count, 8), np.float32)
    ends = np.cumsum(size)
    made[:, 0] = (ends - size) / ends[-1]
    made[1:, 1], made[:-1, 2] = own[:-1, 0], own[1:, 0]
    made[1:, 3], made[:-1, 4] = own[:-1, 1], own[1:, 1]
    made[1:, 5], made[:-1, 6] = own[:-1, 9], own[1:, 9]
    place = title_place(blocks, title)
    if place is not None:
        made[:, 7] = np.sign(np.arange(count) - place) + 2
    return made


def title_place(blocks: Sequence[PageBlock], title: str) -> int | None:
    """The block that is most like the page's title, or its first heading of the first level."""
    words, best, found = set(title.split()), 0.25, None
    for place, block in enumerate(blocks):
        if block.kind == "heading" or (len(block.text) < 200 and block.kind == "text" and words):
            own = set(block.text.lower().split())
            both = len(own & words)
            score = both * both / (len(own) * len(words)) if both else 0.0
            score += 0.3 * (block.kind == "heading" and block.level == 1)
            if score > best:
                best, found = score, place
    return found


def around(blocks: Sequence[PageBlock], boxes: Sequence[Box], sums: list[np.ndarray]) -> np.ndarray:
    """The share of the page, of links and of running text in the boxes around each block."""
    above = np.array([0 if box.around is None else box.around.number for box in boxes], np.int64)
    first, end = np.array([(box.first, box.end) for box in boxes], np.int64).T
    inside = [values[end] - values[first] for values in sums]
    at = np.array([block.box.number for block in blocks], np.int64)
    columns = []
    for _ in range(ABOVE):
        at = above[at]
        size, linked, prose = (values[at] for values in inside)
        columns += [size / sums[0][-1], linked / size, prose / size]
    return np.stack(columns, 1)


def kinship(blocks: Sequence[PageBlock], boxes: Sequence[Box], size: np.ndarray, linked: np.ndarray) -> np.ndarray:
    """How many blocks stand in boxes of the same names, and how many siblings of its name a box near has."""
    numbers: dict[Any, int] = {}
    kin = np.array([numbers.setdefault((b.kind, b.box.like), len(numbers)) for b in blocks], np.int64)
    count, sizes, links = (np.bincount(kin, values, len(numbers)) for values in (np.ones(len(kin)), size, linked))
    twins: dict[Any, int] = {}
    for box in boxes:
        key = (box.around, box.name)
        twins[key] = twins.get(key, 0) + 1
    most = []
    for box in boxes:  # a box comes after the one around it
        near = twins[box.around, box.name]
        parent = box.around
        for _ in range(2):
            if parent is not None:
                near, parent = max(near, twins[parent.around, parent.name]), parent.around
        most.append(near)
    siblings = np.log2(np.array(most, np.float32))[[block.box.number for block in blocks]]
    mean = np.log2(1 + sizes / count)
    return np.stack([count[kin], sizes[kin] / size.sum(), links[kin] / sizes[kin], mean[kin], siblings], 1)


def trunk(blocks: Sequence[PageBlock], boxes: Sequence[Box], sums: list[np.ndarray]) -> np.ndarray:
    """Whether a block is in the innermost box that holds half of the running text, and how near it is to that."""
    half, best = sums[2][-1] / 2, boxes[0]
    for box in boxes:
        if box.depth > best.depth and sums[2][box.end] - sums[2][box.first] >= half > 0:
            best = box
    steps: dict[Box, int] = {}
    box: Box | None = best
    while box is not None:
        steps[box], box = len(steps), box.around
    up = np.empty(len(boxes), np.float32)
    for box in boxes:
        up[box.number] = steps[box] if box in steps else up[box.around.number]  # type: ignore[union-attr]
    here = up[[block.box.number for block in blocks]]
    share = (sums[0][best.end] - sums[0][best.first]) / sums[0][-1]
    return np.stack([here == 0, here, np.full(len(here), share)], 1)


def has_price(block: PageBlock) -> bool:
    """Whether a block is short and names a price."""
    return block.size < SHORT and PRICE.search(block.text) is not None


def price_and_repeats(blocks: Sequence[PageBlock]) -> np.ndarray:
    """Whether a block has a price, how many short ones of the page have, and how often a block's text occurs."""
    priced = np.array([has_price(block) for block in blocks], np.float32)
    times: dict[str, int] = {}
    for block in blocks:
        times[block.text] = times.get(block.text, 0) + 1
    repeats = np.log2(np.array([times[block.text] for block in blocks], np.float32))
    return np.stack([priced, np.full(len(blocks), np.log2(1 + priced.sum())), repeats], 1)


def of_page(
    blocks: Sequence[PageBlock], boxes: Sequence[Box], size: np.ndarray, sums: list[np.ndarray], clues: Clues
) -> np.ndarray:
    """What holds for all blocks of a page, and whether a block is in the frame that trafilatura would take."""
    total = size.sum()
    posts, comments = (
        sum(block.size for block in blocks if block.box.flags & bit) / total for bit in (names.POST, names.COMMENTS)
    )
    values = [np.log2(1 + total), sums[1][-1] / total, sums[2][-1] / total, posts]
    values += [clues.article, clues.thread, clues.product, clues.listing]
    values += [clues.place == place for place in ("thread", "listing", "home")]
    values.append(comments)
    frame = next((found for bit in names.FRAMES for found in boxes if found.own & bit), None)
    made = np.tile(np.array([*values, 0.0], np.float32), (len(blocks), 1))
    if frame is not None:
        made[frame.first : frame.end, -1] = 1
    return made
