"""What the compiled walk over a page writes and knows, as numbers: its arrays have a row for each block and box."""

KINDS = ("text", "heading", "item", "term", "table", "code", "caption")
OF_TEXT, OF_HEADING, OF_ITEM, OF_TERM, OF_TABLE, OF_CODE, OF_CAPTION = range(len(KINDS))

# what an element is to the walk by its tag
INLINE, SKIP, BOX, PREFORMATTED, BREAK, RULE, LINE_CODE, LINK = range(8)

# what was decided of an element before the walk
NOTHING, FORMULA, DISPLAY, TABLE_TEXT, CODE_TEXT, CODE_IF_ALONE = range(6)

# columns of blocks: where their text is in bytes, its characters, these with dense ones three times, and so on
KIND, BEGINS, ENDS, CHARS, SIZE, LINKED, LEVEL, LEAD, QUOTED, IN_BOX, GIVEN, BLOCK_FIELDS = range(12)

# columns of boxes: their element, the box around, their first block and the first one behind them
ELEMENT, AROUND, FIRST, LAST, IN_ITEM, BOX_FIELDS = range(6)

# the state of the walk: where it writes, where the block at hand begins, counts, what is open, and the line at hand
(AT, BLOCK_AT, BLOCK, BOX_AT, BOX_COUNT, LISTED, QUOTES, HAS_LEAD, LINKS, PARTS, PENDING, LINE, LINES, CHARS_SO_FAR,
 DENSE_SO_FAR, LINKED_SO_FAR, LAST_PART, NONBLANK, STATE) = range(19)  # fmt: skip
AFTER_TEXT, AFTER_BREAK = 1, 2  # values of LAST_PART
