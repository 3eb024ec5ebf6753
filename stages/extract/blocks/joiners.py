"""Zero-width joiners: Persian, Malayalam and Sinhala are spelled with them, and some emojis.

Blocks are judged without them. The few pages that have some are walked a second time, for the text that is written.
"""

import re
from collections.abc import Sequence

from stages.extract.blocks.block import PageBlock

JOINERS = "\u200c\u200d"
WITHOUT_JOINERS = dict.fromkeys(map(ord, JOINERS))
USELESS = re.compile(rf"(?<![^\0-\x7f])[{JOINERS}]+")  # not behind a character beyond ASCII
BYTES = tuple(char.encode() for char in JOINERS)
USEFUL = re.compile(
    rb"[\x80-\xff](?<!\xc2\xa0)(?<!\xe2\x80[\x8c\x8d])(?:%s)" % b"|".join(BYTES)
)  # many pages have some behind blanks


def has_joiners(raw: bytes) -> bool:
    """Whether a page, in UTF-8, has joiners between letters; most are told by bytes that they have not."""
    return any(char[-1] in raw and char in raw for char in BYTES) and USEFUL.search(raw) is not None


def restore_joiners(blocks: Sequence[PageBlock], walked: Sequence[PageBlock]) -> None:
    """Write `blocks` as they were `walked`, with joiners. Code and tables have theirs."""
    for block, mine in zip(blocks, walked, strict=True):
        if block.kind not in ("code", "table") and mine.text != block.text:
            block.tidied = mine.text
