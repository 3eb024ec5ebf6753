"""The data of a report, read as a browser reads it."""

import base64
import gzip
import json
import re
import struct
from typing import Any

import numpy as np


def unpacked(text: str) -> tuple[dict[str, Any], dict[str, list]]:
    """The JSON and the arrays of a payload."""
    raw = gzip.decompress(base64.b64decode(text))
    (length,) = struct.unpack("<I", raw[:4])
    data, at, arrays = json.loads(raw[4 : 4 + length]), 4 + length, {}
    for name, kind, size in data.pop("arrays"):
        assert at % 4 == 0, "arrays begin at a multiple of four"
        arrays[name] = np.frombuffer(raw, f"<{kind[0]}4", size, at).tolist()
        at += 4 * size
    assert at == len(raw)
    return data, arrays


def data_of(page: str) -> tuple[dict[str, Any], dict[str, list]]:
    """The same of a whole page."""
    found = re.search(r'octet-stream">([^<]*)<', page)
    assert found, "the page has no data"
    return unpacked(found[1])
