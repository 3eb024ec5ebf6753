"""Mail addresses, phone numbers and IP addresses of people out of code, where most of what looks like one is none.

A page's rules (`stages.pii`) would take versions for IP addresses, and long constants for phone numbers.
"""

import functools
import ipaddress
import re

import phonenumbers
import re2
import tldextract

EMAIL, PHONE, IP = "<EMAIL>", "<PHONE>", "<IP_ADDRESS>"
NAME, LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL = re2.compile(rf"{NAME}@(?:{LABEL}\.)+[A-Za-z]{{2,24}}\b")
SERVICES = frozenset(("git", "hg", "svn"))  # git@github.com:owner/repository
IN_URL = re.compile(r"://[^\s/@]*$")  # ssh://user@host
OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = re2.compile(rf"\b{OCTET}(?:\.{OCTET}){{3}}\b")
IPV6 = re2.compile(r"(?i)\b(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}\b|\b(?:[0-9a-f]{1,4}:){2,6}:")
# What stands before a version: a word for one, or a sign that compares versions; behind it, more of it.
VERSION_WORDS = (
    r"v ver versions? release rev revision build sdk tag since until upgrade[ds]? firmware driver oid section chapter"
    r" figure table chrome firefox safari edge opera webkit gecko \w*version\w*"
)
VERSION_BEFORE = re.compile(rf"(?i)(?:\b(?:{'|'.join(VERSION_WORDS.split())})|§|[=<>~^!]=|[~^@])[\s\"'`:=(\[,/_-]*$")
VERSION_AFTER = re.compile(r"-(?:alpha|beta|rc|snapshot|dev|pre|release|final|ga|[a-z]+\d)|\.[0-9A-Za-z]|_[0-9A-Za-z]")
SMALL = 30  # where no part is larger, it is a version or the number of a section
# Servers that everybody names.
KNOWN_SERVERS = frozenset(
    "1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2"
    " 64.6.64.6 76.76.2.0 114.114.114.114 223.5.5.5 223.6.6.6 119.29.29.29 168.63.129.16".split()
)
LOOKED_AT = 40  # characters before a number that say what it is
ABROAD = re2.compile(r"\+[1-9][0-9]{0,2}(?:[ ./()-]{1,3}[0-9]{1,6}){2,6}\b|\+[1-9][0-9]{9,13}\b")
AT_HOME = re2.compile(r"(?:\([0-9]{2,5}\)|\b[0-9]{2,5})(?:[ ./-]{1,3}[0-9]{2,8}){1,4}\b|\b0?[0-9]{9,11}\b")
CALLED = re.compile(
    r"(?i)\b(?:tel|phone|telephone|mobile|cell|fax|call|whatsapp|telefon|tél)[\w .]{0,12}[\"']?\s*[:=#-]?\s*[\"'(<]*$"
)
REGIONS = ("US", "GB", "DE", "FR", "IN", "BR", "CN", "JP")


def without_personal_data(text: str) -> str:
    """The text with a marker in place of each mail address, phone number and public IP address."""
    if "@" in text:
        text = MAIL.sub(lambda found: EMAIL if _is_mail(text, found) else found[0], text)
    text = IPV4.sub(lambda found: IP if _is_address(text, found) else found[0], text)
    if "::" in text or text.count(":") > 4:
        text = IPV6.sub(lambda found: IP if _is_public(found[0]) else found[0], text)
    text = ABROAD.sub(lambda found: PHONE if _is_phone(found[0], None) else found[0], text)
    return AT_HOME.sub(lambda found: PHONE if _is_called(text, found) else found[0], text)


@functools.cache
def domain_suffixes() -> tldextract.TLDExtract:
    """The public suffixes that the package carries; it would fetch newer ones."""
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())


def _is_mail(text: str, found: re.Match[str]) -> bool:
    """Not "icon@2x.png", "a@b.dot(c)" or a server's address, which look alike."""
    name, host = found[0].rsplit("@", 1)
    is_call = text[found.end() : found.end() + 1] == "("
    if is_call or name.lower() in SERVICES or IN_URL.search(text, max(0, found.start() - 80), found.start()):
        return False
    return bool(domain_suffixes()(host).suffix and domain_suffixes()(host).domain)


def _is_address(text: str, found: re.Match[str]) -> bool:
    before, after = text[max(0, found.start() - LOOKED_AT) : found.start()], text[found.end() : found.end() + 12]
    before = before.rpartition("\n")[2]
    written = found[0]
    if before.endswith((".", "-", "_")) or VERSION_BEFORE.search(before) or VERSION_AFTER.match(after):
        return False
    return written not in KNOWN_SERVERS and max(map(int, written.split("."))) >= SMALL and _is_public(written)


def _is_public(written: str) -> bool:
    """Whether it is an address that the whole network can reach: no private, local, reserved or documentation's one."""
    try:
        address = ipaddress.ip_address(written)
        return address.is_global and not address.is_multicast
    except ValueError:
        return False


def _is_called(text: str, found: re.Match[str]) -> bool:
    """Whether a number is one to call: a word before it says so, and some region has such numbers."""
    before = text[max(0, found.start() - LOOKED_AT) : found.start()].rpartition("\n")[2]
    return bool(CALLED.search(before)) and any(_is_phone(found[0], region) for region in REGIONS)


def _is_phone(written: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False
