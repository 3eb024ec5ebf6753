"""SHA-1 digests as WARC headers write them: `sha1:` and base32 (Common Crawl) or hexadecimal."""

import base64
import hashlib


def sha1(data: bytes) -> str:
    """`sha1:` and the base32 of the digest, as Common Crawl writes it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def sha1_matches(digest: str, data: bytes) -> bool | None:
    """Whether the data has this digest; None when it is no SHA-1."""
    kind, _, value = digest.partition(":")
    if kind.strip().lower() not in ("sha1", "sha-1") or not value:
        return None
    made = hashlib.sha1(data, usedforsecurity=False)
    return value.strip().upper() in (base64.b32encode(made.digest()).decode(), made.hexdigest().upper())
