"""One form for the URLs of one page.

courlan and w3lib normalise the spelling of an address (escapes, order of parameters); that two addresses lead to one
page (http and https, www., sessions, index pages) they leave open, so the rules are written here.
"""

import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
PATH_CHARACTERS = ":@!$&'()*+,;="  # stay unescaped in a step of a path (RFC 3986, pchar)
# Parameters that never choose the page: they tell where the reader came from, who reads, or how it is shown.
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "vero_", "oly_", "trk_", "guce_")
TRACKING = """gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id
    irclickid rb_clickid mc_cid mc_eid _ga _gl _hsenc _hsmi hsctatracking mkt_tok spm scm cmp cmpid icid ncid _openstat
    wt_mc s_cid zanpid soc_src soc_trk guccounter __twitter_impression ref_src ref_url"""
SESSION_PREFIXES = ("aspsessionid",)
SESSIONS = "jsessionid phpsessid sessionid session_id sessid sess_id asp.net_sessionid cfid cftoken zenid oscsid xtcsid"
VIEWS = "replytocom showcomment share nb print fbrefresh"
IGNORED_PARAMETERS = frozenset(f"{TRACKING} {SESSIONS} {VIEWS}".split())
PERHAPS_SESSIONS = ("sid", "s")  # also name stories and searches: only a long value is a session
_session_value = re.compile(r"[0-9a-z]{16,}")
_session_in_path = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_index_page = re.compile(r"(?:index|default)\.(?:html?|php\d?|aspx?|jsp)", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """The form that the URLs of one page share; "" when there is no host.

    It has no scheme (http and https are one), user, default port, "www.", upper case or last dot in the host, fragment
    (unless it begins with "!"), session or tracking parameters, index page, doubled or last slash, or needless escape;
    the parameters are sorted, each once.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    place = host if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"
    query, fragment = _query(parts.query), parts.fragment if parts.fragment.startswith("!") else ""
    return place + _path(parts.path) + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _host(host: str) -> str:
    """Without "www." (but www.com keeps it) and the last dot; other scripts in Punycode, as crawls write them."""
    labels = unicodedata.normalize("NFKC", host).rstrip(".").split(".")
    labels = labels[1:] if labels[0] == "www" and len(labels) > 2 else labels
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def _path(path: str) -> str:
    kept: list[str] = []
    for step in _session_in_path.sub("", path).split("/"):
        if step == "..":
            del kept[-1:]
        elif step not in ("", "."):
            kept.append(_escaped(step, PATH_CHARACTERS))
    if kept and _index_page.fullmatch(kept[-1]):
        del kept[-1]
    return "".join(f"/{step}" for step in kept)


def _query(query: str) -> str:
    fields = (
        field.partition("=")
        for field in query.replace("&amp;", "&").replace(";", "&").replace("+", " ").split("&")
        if field.strip("=")
    )
    kept = {(_escaped(name, ""), _escaped(value, "")) for name, _, value in fields if not _is_ignored(name, value)}
    return "&".join(f"{name}={value}" for name, value in sorted(kept))


def _is_ignored(name: str, value: str) -> bool:
    name = name.lower()
    if name in PERHAPS_SESSIONS:
        return bool(_session_value.fullmatch(value.lower()))
    return name in IGNORED_PARAMETERS or name.startswith(TRACKING_PREFIXES + SESSION_PREFIXES)


def _escaped(text: str, safe: str) -> str:
    """The text with the escapes that are needed, and no other."""
    return quote(unquote(text, errors="surrogateescape"), safe, errors="surrogateescape")
