"""What trafilatura's lists say of a box, from the marks that one look at the page has left on its elements.

The lists are read for what they tell, not obeyed: each becomes a feature of all blocks in a box.
"""

from functools import lru_cache

from stages.extract.reader.marks import LISTS

ALIASES = {"ul": "list", "ol": "list", "dl": "list", "li": "item"}  # of trafilatura's own tags
GROUPS = {
    "raw": LISTS.raw,
    "comments_and_lists": LISTS.comments_and_lists,
    "comments": LISTS.comments,
    "overall": LISTS.overall,
    "teasers": LISTS.teasers,
    "precision": LISTS.precision,
    "images": LISTS.images,
    **{f"frame_{place}": [frame] for place, frame in enumerate(LISTS.body)},
}
UNLIKELY = 1 << len(GROUPS)
FRAMES = tuple(1 << place for place, name in enumerate(GROUPS) if name.startswith("frame"))
NAMES = (*GROUPS, "unlikely")


@lru_cache(100_000)
def bits_of_mark(tag: str, bits: int) -> int:
    """A bit for each list that names an element with this tag and these verdicts, without a list's other conditions."""
    tags, found = (tag, ALIASES.get(tag, tag)), 0
    for place, selections in enumerate(GROUPS.values()):
        for selection in selections:
            for step, bit in selection.numbered:
                if bits & bit and (step.tags is None or any(tag in step.tags for tag in tags)):
                    found |= 1 << place
    return found | (UNLIKELY if bits & LISTS.unlikely else 0)
