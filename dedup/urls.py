"""Pages under the same URL, within a snapshot and across snapshots."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import numpy as np
import pyarrow as pa

from dedup.families import SEEN, column
from dedup.members import EARLIER, MEMBERS, hosts, numbers, rank
from dedup.minhash import buckets_for, fewer, part_of
from dedup.prior_runs import earlier
from dedup.verdicts import Judge, home
from pipeline.errors import UsageError
from pipeline.fingerprint import hash64, shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage

WHAT = "url"
DEFAULT_PORTS = {"http": 80, "https": 443}
RESERVED = ":@!$&'()*+,;="  # what stays as it is in a step of a path
# Parameters that never say which page it is, but where the reader came from, who is reading, or how it is shown.
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "vero_", "oly_", "trk_", "guce_")
TRACKING = """gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id
    irclickid rb_clickid mc_cid mc_eid _ga _gl _hsenc _hsmi hsctatracking mkt_tok spm scm cmp cmpid icid ncid _openstat
    wt_mc s_cid zanpid soc_src soc_trk guccounter __twitter_impression ref_src ref_url"""
SESSION_PREFIXES = ("aspsessionid",)
SESSION = "jsessionid phpsessid sessionid session_id sessid sess_id asp.net_sessionid cfid cftoken zenid oscsid xtcsid"
VIEW = "replytocom showcomment share nb print fbrefresh"
IDLE = frozenset(f"{TRACKING} {SESSION} {VIEW}".split())
PERHAPS_SESSION = ("sid", "s")  # these name stories too: only a long number is a session
_session_value = re.compile(r"[0-9a-z]{16,}")
_path_session = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_index = re.compile(r"(?:index|default)\.(?:html?|php\d?|aspx?|jsp)", re.IGNORECASE)


def canonical(url: str) -> str:
    """One form for the URLs of one page: "" when there is no host.

    Without scheme (http and https are one), user, default port, "www.", the host's case and last dot, fragment (but
    "#!"), session and tracking parameters, index pages, slashes that are doubled or last, and needless escapes;
    parameters are sorted, each once.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    place = host if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
    query, bang = _query(parts.query), parts.fragment if parts.fragment.startswith("!") else ""
    return place + _path(parts.path) + (f"?{query}" if query else "") + (f"#{bang}" if bang else "")


def _host(host: str) -> str:
    """Without "www." (of www.com it is the name) and the last dot; labels that are not ASCII as the crawl has them."""
    labels = unicodedata.normalize("NFKC", host).rstrip(".").split(".")
    labels = labels[1:] if labels[0] == "www" and len(labels) > 2 else labels
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _path(path: str) -> str:
    kept: list[str] = []
    for step in _path_session.sub("", path).split("/"):
        if step == "..":
            del kept[-1:]
        elif step not in ("", "."):
            kept.append(_escaped(step, RESERVED))
    if kept and _index.fullmatch(kept[-1]):
        del kept[-1]
    return "".join(f"/{step}" for step in kept)


def _query(query: str) -> str:
    fields = (
        field.partition("=")
        for field in query.replace("&amp;", "&").replace(";", "&").replace("+", " ").split("&")
        if field.strip("=")
    )
    said = {(_escaped(name, ""), _escaped(value, "")) for name, _, value in fields if not _idle(name, value)}
    return "&".join(f"{name}={value}" for name, value in sorted(said))


def _idle(name: str, value: str) -> bool:
    name = name.lower()
    if name in PERHAPS_SESSION:
        return bool(_session_value.fullmatch(value.lower()))
    return name in IDLE or name.startswith(TRACKING_PREFIXES + SESSION_PREFIXES)


def _escaped(text: str, plain: str) -> str:
    """The text with every escape that is needed, and no other."""
    return quote(unquote(text, errors="surrogateescape"), plain, errors="surrogateescape")


def repeated(
    name: str,
    source: Source | Stage,
    *,
    keep: str = "first",
    best: str | None = None,
    seen: tuple[str, ...] = (),
    kept_stage: str = "urls.kept",
    parts: int = 1,
    buckets: int | None = None,
) -> Gather:
    """Verdicts on pages of equal canonical URL: `id, reason, url_kept, url_size`, a row for each page of several.

    Who is kept is as in `minhash.near`; with `parts` it is the page of the least part, as RefinedWeb goes through its
    100 parts one after another. `seen` are roots of earlier runs that left the stage `kept_stage`: what they kept is
    dropped here. A bucket takes pages / buckets rows of about 100 bytes. Pages without a URL are not judged.
    """
    if parts < 1:
        raise UsageError(f"{name}: parts={parts}; give at least 1")
    buckets = buckets or fewer(buckets_for(source))
    sent = [Scatter(f"{name}.keys", source, Rows(keep, best, parts), "family", buckets)]
    if seen:
        sent.append(Scatter(f"{name}.seen", earlier(seen, kept_stage), as_seen, "family", buckets))
    return home(name, source, Gather(f"{name}.judged", tuple(sent), Judge(WHAT)), WHAT)


def kept(name: str, source: Source | Stage) -> Map:
    """The URLs of all pages of a stage, as a store (`id, url_key`) that later runs take as `seen`."""
    return Map(name, source, (Keys(),), tokens=False)


def keys(table: pa.Table) -> np.ndarray:
    """The hash of each page's canonical URL (uint64); 0 when it has none."""
    forms = [canonical(url or "") for url in table["url"].to_pylist()]
    return np.where(np.array([bool(form) for form in forms], bool), hash64(forms), np.uint64(0))


@dataclass(frozen=True)
class Keys:
    """A transform: `id, url_key`."""

    def __call__(self, table: pa.Table) -> pa.Table:
        return pa.table({"id": table["id"].cast(pa.string()), "url_key": keys(table)})


@dataclass(frozen=True)
class Rows:
    """Rows for a Scatter: pages in the schema `MEMBERS`; their family is their URL."""

    keep: str
    best: str | None
    parts: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        order = (
            np.full(table.num_rows, part_of(shard, self.parts)) if self.parts > 1 else rank(table, self.keep, self.best)
        )
        return members(keys(table), order, numbers(table["id"]), shard, table["id"], hosts(table))


def as_seen(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the URLs that an earlier run kept."""
    order = np.full(table.num_rows, EARLIER)
    doc = numbers(table["id"]) | SEEN
    return members(column(table, "url_key"), order, doc, shard, table["id"], pa.nulls(table.num_rows, pa.string()))


def members(family, order, doc, shard: str, ids, host) -> pa.Table:
    """Rows in the schema `MEMBERS` of the pages that have a family."""
    every = np.zeros(len(doc), np.uint64)
    columns = [family, order, doc, every + np.uint64(shard_key(shard)), ids, host, every]
    table = pa.table(dict(zip(MEMBERS.names, columns, strict=True)), schema=MEMBERS)
    return table.filter(pa.array(column(table, "family") != 0))
