"""The names of roots: what can be one, and what was probably meant by one that cannot."""

import re
from urllib.parse import quote

from pipeline.errors import UsageError

CANONICAL = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gs", "gcs": "gs", "file": "file"}
OTHER = ("http", "https", "hdfs", "abfs", "abfss", "az", "wasb", "wasbs", "webhdfs")
_with_colon = re.compile(rf"(?i)({'|'.join((*CANONICAL, *OTHER))})(:[/\\]*)(.*)", re.DOTALL)
_without_colon = re.compile(r"(?i)(s3[an]?|gc?s)([;,.]?//+)(.*)", re.DOTALL)
PLAIN = "/!$&'()*+,;=:@-._~"  # what stays as it is in the path of a URI


def checked(root: str) -> str:
    """The root, of which one like `file:///data/run` becomes a local path.

    Raises UsageError, before a folder of a wrong name is made, on an empty root and on URLs that are misspelt
    (`s3:/bucket/x`, `s3//bucket`, `S3://bucket/x`, an empty name as in `s3://bucket//x`), and names what was meant.
    """
    if not root.strip():
        raise UsageError("the root is empty; give a folder or an object-store URL")
    found = _with_colon.fullmatch(root) or _without_colon.fullmatch(root)
    if not found:
        return root
    meant = _meant(found[1].lower(), found[2], found[3])
    if meant.endswith("://"):
        raise UsageError(f"{root} names no bucket; give {meant}bucket/prefix")
    if found[1] == "file" and found[2] == ":///":
        return meant
    path, question, query = _split(root)
    if path.rstrip("/") + question + query != meant:
        shown = re.sub(r"^(\w+:?[/\\]*).*@", r"\1", redact(root))
        raise UsageError(f"{shown} cannot be a root; did you mean {redact(meant)}?")
    return root


def _meant(scheme: str, mark: str, rest: str) -> str:
    """The right spelling, without a last slash: one scheme in small letters, two slashes, and no empty name."""
    path, question, query = _split(rest)
    path = "/".join(filter(None, re.split(r"[/\\]+", path)))
    if scheme == "file":
        host, _, below = path.partition("/")
        if mark == "://" and ("@" in host or host == "localhost"):
            return f"/{below}"
        return f"/{path}" if mark != ":" else path
    return f"{CANONICAL.get(scheme, scheme)}://{path}{question}{query}"


def _split(url: str) -> tuple[str, str, str]:
    """A path, and the query behind it, which has a `=`; any other question mark belongs to the path."""
    path, question, query = url.rpartition("?")
    return (path, question, query) if "=" in query and question else (url, "", "")


def as_uri(url: str) -> str:
    """A root as the URI that pyarrow parses: names are taken as they stand, with blanks, `%` and `#`."""
    scheme, _, rest = url.partition("://")
    path, question, query = _split(rest)
    authority, slash, path = path.partition("/")
    return f"{scheme}://{authority}{slash}{quote(path, safe=PLAIN)}{question}{query}"


def redact(text: str) -> str:
    """The text without what URLs may hold of keys: user info and query."""
    text = re.sub(r"(\w+://(?:[^?\s]*(?=\?)|[^?\n]*(?=\?[\w.-]+=)))\?\S*", r"\1", text)  # a path may hold spaces
    # A secret key of S3 may hold slashes; a bucket's name holds no colon.
    return re.sub(r"(\w+://)[^/@\s]*@|(s3://)[^/@:\s]*:[^@\s]*@", r"\1\2", text)
