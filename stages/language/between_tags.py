"""What stands between the tags of a page that is not parsed, in any charset of which a byte "<" is that character."""

import numpy as np

from pipeline.kernels import kernel

LT, GT, SLASH, BLANK, LOWER_P = (ord(sign) for sign in "<>/ p")
TO_LOWER = 32  # between a capital of ASCII and its small letter
SCRIPT, STYLE = np.frombuffer(b"script", np.uint8), np.frombuffer(b"style", np.uint8)
COMMENT, COMMENT_END = np.frombuffer(b"<!--", np.uint8), np.frombuffer(b"-->", np.uint8)
SPACE = np.array([byte in b"\t\n\f\r " for byte in range(256)])
WORD = np.array([byte < 128 and (chr(byte).isalnum() or byte == ord("_")) for byte in range(256)])


def paragraphs(html: bytes, most: int | None = None) -> list[bytes]:
    """The text behind each `<p>` up to the next tag, of the first `most` that have any."""
    page = np.frombuffer(html, np.uint8)
    spans = np.empty((len(html) if most is None else most, 2), np.int64)
    return [html[start:end] for start, end in spans[: find_paragraphs(page, spans)].tolist()]


@kernel
def find_paragraphs(page: np.ndarray, spans: np.ndarray) -> int:
    """Fill `spans` with where the text of each paragraph begins and ends; how many there are."""
    count, at, close, size = 0, 0, 0, len(page)
    while at + 2 < size and count < len(spans):
        if page[at] != LT or page[at + 1] | TO_LOWER != LOWER_P or not (page[at + 2] == GT or SPACE[page[at + 2]]):
            at += 1
            continue
        close = max(close, at + 2)  # an earlier search may have found the same ">"
        while close < size and page[close] != GT:
            close += 1
        end = close + 1
        while end < size and page[end] != LT:
            end += 1
        if close + 1 < end <= size:
            spans[count] = close + 1, end
            count += 1
            at = end
        else:
            at += 1
    return count


def visible(html: bytes, out: np.ndarray, start: int, filled: int, enough: int) -> tuple[int, int]:
    """Write to `out`, from `filled` on, what is no markup after the byte `start`: pieces with a blank between them.

    Stops behind the markup at which at least `enough` bytes are filled. Returns where it stopped, more than the bytes
    of the page when nothing is left, and how many bytes are filled then; `out` has a byte more than the page.
    """
    return copy_visible(np.frombuffer(html, np.uint8), out, start, filled, enough, html.rfind(b">"))


@kernel
def copy_visible(page: np.ndarray, out: np.ndarray, start: int, filled: int, enough: int, last: int) -> tuple[int, int]:
    """See `visible`; `last` is the place of the last ">"."""
    end, at, size = start, start, len(page)
    while at < size and filled < enough:
        if page[at] != LT:
            at += 1
            continue
        after = find_end(page, at, last)
        if not after:
            at += 1  # without an end it is no tag
            continue
        if at > end:
            out[filled : filled + at - end] = page[end:at]
            filled += at - end
            out[filled] = BLANK
            filled += 1
        end = at = after
    if at < size:
        return end, filled
    rest = max(size - end, 0)
    out[filled : filled + rest] = page[size - rest :]
    return size + 1, filled + rest


@kernel
def find_end(page: np.ndarray, at: int, last: int) -> int:
    """The first byte behind the tag, comment, script or style that begins at `at`; 0 where nothing ends it."""
    size = len(page)
    if is_at(page, at, COMMENT):
        at += len(COMMENT)
        while at < size and not is_at(page, at, COMMENT_END):
            at += 1
        return at + len(COMMENT_END)
    for name in (SCRIPT, STYLE):
        after = at + 1 + len(name)
        if is_at(page, at + 1, name) and not (after < size and WORD[page[after]]):
            last_pair = size - 2  # of "<" and "/"
            while after <= last_pair and not (
                page[after] == LT and page[after + 1] == SLASH and is_at(page, after + 2, name)
            ):
                after += 1
            return after if after <= last_pair else size
    if at > last:
        return 0
    while page[at] != GT:
        at += 1
    return at + 1


@kernel
def is_at(page: np.ndarray, at: int, what: np.ndarray) -> bool:
    """Whether these bytes stand at a place of the page, small letters in whatever case."""
    if at + len(what) > len(page):
        return False
    for number in range(len(what)):
        byte, wanted = page[at + number], what[number]
        if byte != wanted and (byte | TO_LOWER != wanted or not WORD[byte]):
            return False
    return True
