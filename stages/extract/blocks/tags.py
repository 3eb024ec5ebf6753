"""What the tags of HTML are to a walk over a page."""

from stages.extract.blocks.emphasis import BOLD, ITALIC, STRUCK

SKIPPED = frozenset(
    "script style noscript template svg canvas iframe object embed applet audio video map head select option optgroup "
    "button input textarea datalist progress meter frame frameset noframes noembed dialog title rt rp".split()
)
BOXES = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p section summary table tbody td tfoot th "
    "thead tr ul".split()
)
CODE = frozenset({"pre", "xmp", "listing", "plaintext"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "menu", "dir"})
EMPHASIS = {"b": BOLD, "strong": BOLD, "i": ITALIC, "em": ITALIC, "del": STRUCK, "s": STRUCK, "strike": STRUCK}
VERBATIM = frozenset({"code", "kbd", "samp", "tt"})
FORMULAS = frozenset({"math", "script", "img", "span", "div", "mjx-container"})  # may be one
