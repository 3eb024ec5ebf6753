"""RE2 on bytes in any charset."""

import re2


def compile_bytes(pattern: bytes) -> "re2._Regexp":
    """A pattern of which a byte is a character. By default RE2 takes bytes for UTF-8, and "." is no other byte."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern, options)
