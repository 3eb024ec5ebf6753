"""What the compiled walk over a page writes and knows, as records of its arrays."""

from typing import Any, TypeAlias

import numpy as np

Record: TypeAlias = Any  # of one of the arrays below: its fields are attributes in compiled functions
Records: TypeAlias = Any  # such an array in compiled functions
KINDS = ("text", "heading", "item", "term", "table", "code", "caption")
OF_TEXT, OF_HEADING, OF_ITEM, OF_TERM, OF_TABLE, OF_CODE, OF_CAPTION = range(len(KINDS))

# what an element is to the walk by its tag
INLINE, SKIP, BOX, PREFORMATTED, BREAK, RULE, LINK = range(7)

# what was decided of an element before the walk
NOTHING, FORMULA, DISPLAY, TABLE_TEXT, CODE_TEXT, CODE_IF_ALONE = range(6)


def record(names: str) -> np.dtype:
    """A record of numbers."""
    return np.dtype([(name, np.int32) for name in names.split()])


# Of a block: where its text begins and ends in bytes, its characters, these with dense ones three times (size), those
# of links, and the fields of `PageBlock`; which given text it is, -1 for none.
BLOCK_ROW = record("kind begin end chars size linked level lead quoted box given")
# Of a box: its element and the tag of that, the box around it (-1 for none), its first block and the first behind it.
BOX_ROW = record("element tag around first end in_item")
# What is known of a box: the bits of its own names, those of all boxes it is in, how many these are, how far it is from
# one that is furniture and from one that is content, a number for its name and those of the two boxes around it, and
# one for its name in the box around it.
BOX_SAID = record("own flags depth far_furniture far_content like twins")
# Of an attribute of a box: which one of `words.telling_attributes` it is, and where its value begins and ends.
VALUE = record("box attribute begin end")
# Of the walk: where it writes, where the block at hand begins, how many blocks and boxes there are, the box it is in,
# what is open (lists, quotes, links, an item that waits for its text), and the block at hand.
STATE = record(
    "written begun blocks boxes box lists quotes links lead parts pending line lines chars dense linked last nonblank"
)
AFTER_TEXT, AFTER_BREAK = 1, 2  # values of `last`, what was added last; 0 for nothing but blanks
