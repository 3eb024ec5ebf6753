"""Header fields of WARC, ARC and HTTP."""

import re

ARC_FIELDS = re.compile(rb"(.{1,8000}) [\da-fA-F.:]+ (\d{8,14}) (\S*) (?:\S+ ){0,5}(\d+)\r?\n")


def header_fields(head: bytes) -> dict[str, str]:
    """Fields of a WARC header by lower-case name, the first of a name; an ARC header is told in WARC's words."""
    arc = ARC_FIELDS.match(head)
    return _arc_fields(*arc.groups()) if arc else parse_fields(head)


def _arc_fields(url: bytes, date: bytes, kind: bytes, length: bytes) -> dict[str, str]:
    target, day = url.decode("utf-8", "replace"), date.decode().ljust(14, "0")
    about = {"filedesc": "warcinfo", "dns": "resource"}.get(target.partition(":")[0], "response")
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:8]}T{day[8:10]}:{day[10:12]}:{day[12:14]}Z"
    fields = {"warc-type": about, "warc-target-uri": target, "warc-date": stamp}
    return fields | {"content-length": length.decode(), "arc-type": kind.decode("utf-8", "replace")}


def parse_fields(text: bytes) -> dict[str, str]:
    """Fields that follow a first line of another kind, by lower-case name; the first of a name counts."""
    fields: dict[str, str] = {}
    name = ""
    for line in text.decode("utf-8", "replace").split("\n")[1:]:
        if line[:1] in (" ", "\t") and name in fields:
            fields[name] = f"{fields[name]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and name not in fields:
            fields[name] = value.strip()
    return fields
