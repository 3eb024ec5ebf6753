"""What is known of each block of a page when it is decided whether it belongs to the main text."""

from typing import Any

import numpy as np

from stages.extract.blocks import names, series
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.boxes import number_keys
from stages.extract.blocks.clues import Clues
from stages.extract.blocks.fields import KINDS
from stages.extract.blocks.titles import text_hashes
from stages.extract.blocks.wording import wording_of
from stages.extract.markup import KNOWN, TAG

LONG = 60  # characters: a passage of running text
TAGS = np.zeros(len(KNOWN) + 1, np.int64)
for _tag, _number in {"p": 1, "td": 2, "th": 2, "div": 3, "section": 3, "article": 3, "li": 4}.items():
    TAGS[TAG[_tag]] = _number
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
LENGTH, LINKS, CODE, SENTENCE, IN_TITLE, AFTER_TITLE, PRICE = map(
    NAMES.index, "length linked code sentence in_title after_title price".split()
)


def features(page: PageBlocks, clues: Clues) -> np.ndarray:
    """A row of float32 for each block, with the columns `NAMES`."""
    told, title = wording_of(page, clues.title)
    size = page.rows["size"].astype(np.float32)
    own = of_text(page, told)
    linked = own[LINKS] * size
    prose = size * is_running(own.T)
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (size, linked, prose)]
    flags = page.said["flags"][page.rows["box"]]
    columns = [
        own,
        beside(own, size, title),
        around(page, sums),
        kinship(page, size, linked),
        trunk(page, sums),
        of_page(page, flags, size, sums, clues),
        price_and_repeats(page, told),
        series.of_series(flags, page, sums),
        (flags >> np.arange(len(names.NAMES))[:, None]) & 1,
    ]
    return np.concatenate(columns, dtype=np.float32).T


def is_running(rows: np.ndarray) -> np.ndarray:
    """Which rows are of running text: long, with few links, and no code."""
    return (rows[:, LENGTH] > np.log2(1 + LONG)) & (rows[:, LINKS] < 0.3) & (rows[:, CODE] == 0)


def is_title(row: np.ndarray) -> bool:
    """Whether a block stands in the page's title, or is the heading that is most like it."""
    return bool(row[IN_TITLE] or row[AFTER_TITLE] == 2)


def of_text(page: PageBlocks, told: np.ndarray) -> np.ndarray:
    """What a block's own text and box say."""
    rows, box = page.rows, page.said[page.rows["box"]]
    kind, chars, size = rows["kind"], rows["chars"], rows["size"]
    columns: list[Any] = [np.log2(1 + size.astype(np.float32)), rows["linked"] / chars, rows["level"]]
    columns += [kind == KINDS.index(name) for name in "heading item table code term caption".split()]
    columns += [told["ended"], told["newlines"], told["digits"], told["commas"] / size]
    columns += [told[name] for name in "capitals dated said owned titled".split()]
    columns += [
        TAGS[page.boxes["tag"][rows["box"]]],
        *(box[name] for name in ("depth", "far_furniture", "far_content")),
    ]
    columns += [box["own"] & bits != 0 for bits in (names.FURNITURE, names.CONTENT | names.POST)]
    return np.stack(columns, dtype=np.float32, casting="unsafe")


def beside(own: np.ndarray, size: np.ndarray, title: int) -> np.ndarray:
    """Where a block stands, and what those right before and behind it are; `title` is the place of the title, or -1."""
    count = len(size)
    made = np.zeros((8, count), np.float32)
    ends = np.cumsum(size)
    made[0] = (ends - size) / ends[-1]
    for place, column in enumerate((LENGTH, LINKS, SENTENCE)):
        made[2 * place + 1, 1:], made[2 * place + 2, :-1] = own[column, :-1], own[column, 1:]
    if title >= 0:
        made[7] = np.sign(np.arange(count) - title) + 2
    return made


def around(page: PageBlocks, sums: list[np.ndarray]) -> np.ndarray:
    """The share of the page, of links and of running text in the boxes around each block."""
    above = np.maximum(page.boxes["around"], 0)
    first, end = page.boxes["first"], page.boxes["end"]
    inside = [values[end] - values[first] for values in sums]
    at = page.rows["box"]
    columns = []
    for _ in range(ABOVE):
        at = above[at]
        size, linked, prose = (values[at] for values in inside)
        columns += [size / sums[0][-1], linked / size, prose / size]
    return np.stack(columns)


def kinship(page: PageBlocks, size: np.ndarray, linked: np.ndarray) -> np.ndarray:
    """How many blocks stand in boxes of the same names, and how many siblings of its name a box near has."""
    at = page.rows["box"]
    kin = numbered(page.said["like"][at].astype(np.int64) * 16 + page.rows["kind"])
    kinds = int(kin.max()) + 1
    count, sizes, links = (np.bincount(kin, values, kinds) for values in (np.ones(len(kin)), size, linked))
    twins = page.said["twins"]
    above = page.boxes["around"]
    near = np.bincount(twins)[twins]
    own, most = near, near
    for _ in range(2):
        most, above = (
            np.where(above >= 0, np.maximum(most, own[above]), most),
            np.where(above >= 0, page.boxes["around"][above], above),
        )
    siblings = np.log2(most.astype(np.float32))[at]
    mean = np.log2(1 + sizes / count)
    return np.stack([count[kin], sizes[kin] / size.sum(), links[kin] / sizes[kin], mean[kin], siblings])


def numbered(keys: np.ndarray) -> np.ndarray:
    """Keys as small numbers, the same for the same."""
    numbers = np.empty(len(keys), np.int64)
    number_keys(keys.astype(np.uint64), numbers)
    return numbers


def trunk(page: PageBlocks, sums: list[np.ndarray]) -> np.ndarray:
    """Whether a block is in the innermost box that holds half of the running text, and how near it is to that."""
    half, depth = sums[2][-1] / 2, page.said["depth"]
    first, end, above = page.boxes["first"], page.boxes["end"], page.boxes["around"].tolist()
    holds = (sums[2][end] - sums[2][first] >= half) & (half > 0) & (depth > 0)
    best = int(np.argmax(np.where(holds, depth, 0)))
    steps, box = dict[int, int](), best
    while box >= 0:
        steps[box], box = len(steps), above[box]
    up = np.empty(len(above), np.float32)
    for box, around in enumerate(above):
        up[box] = steps[box] if box in steps else up[around]
    here = up[page.rows["box"]]
    share = (sums[0][end[best]] - sums[0][first[best]]) / sums[0][-1]
    return np.stack([here == 0, here, np.full(len(here), share)])


def price_and_repeats(page: PageBlocks, told: np.ndarray) -> np.ndarray:
    """Whether a block has a price, how many short ones of the page have, and how often a block's text occurs."""
    priced = told["priced"].astype(np.float32)
    texts = numbered(text_hashes(page))
    repeats = np.log2(np.bincount(texts)[texts].astype(np.float32))
    return np.stack([priced, np.full(len(texts), np.log2(1 + priced.sum())), repeats])


def of_page(page: PageBlocks, flags: np.ndarray, size: np.ndarray, sums: list[np.ndarray], clues: Clues) -> np.ndarray:
    """What holds for all blocks of a page, and whether a block is in the frame that trafilatura would take."""
    total = size.sum()
    posts, comments = (int(page.rows["size"][flags & bit != 0].sum()) / total for bit in (names.POST, names.COMMENTS))
    values = [np.log2(1 + total), sums[1][-1] / total, sums[2][-1] / total, posts]
    values += [clues.article, clues.thread, clues.product, clues.listing]
    values += [clues.place == place for place in ("thread", "listing", "home")]
    values.append(comments)
    made = np.repeat(np.array([*values, 0.0], np.float32)[:, None], len(flags), 1)
    for bit in names.FRAMES:
        framed = np.flatnonzero(page.said["own"] & bit)
        if len(framed):
            first, end = (page.boxes[name][framed[0]] for name in ("first", "end"))
            made[-1, first:end] = 1
            break
    return made
