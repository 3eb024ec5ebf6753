"""What a program is like, as columns: a score of its quality may be made of them, or a choice asks about them."""

import re

import pyarrow as pa

from curriculum.code.repository_level import COMMENT_OF
from pipeline.doc import Doc

NAME = re.compile(r"[^\W\d]\w*")
NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?")
BLOCKS = ("/*", "*", '"""', "'''")  # begin lines of comments and docstrings in many languages
CODE_MEASURES = pa.schema(
    [(name, pa.float32()) for name in ("comments", "mean_line", "mean_name", "repeated_lines", "numbers")]
)


def code_measures(doc: Doc) -> dict[str, float]:
    """The columns `CODE_MEASURES` of a file; blank lines do not count.

    `comments`: share of its lines that begin as a comment or docstring does; `mean_line`: characters a line without
    indentation; `mean_name`: characters a name; `repeated_lines`: share of lines that stand there before; `numbers`:
    share of numbers among names and numbers.
    """
    lines = [line.strip() for line in doc.text.split("\n") if line.strip()] or [""]
    mark = COMMENT_OF.get(doc.fields.get("language") or "", "// {}").partition(" ")[0].replace(";;", ";")
    names, numbers = NAME.findall(doc.text), len(NUMBER.findall(doc.text))
    return {
        "comments": sum(line.startswith((mark, *BLOCKS)) for line in lines) / len(lines),
        "mean_line": sum(map(len, lines)) / len(lines),
        "mean_name": sum(map(len, names)) / max(len(names), 1),
        "repeated_lines": 1 - len(set(lines)) / len(lines),
        "numbers": numbers / max(len(names) + numbers, 1),
    }
