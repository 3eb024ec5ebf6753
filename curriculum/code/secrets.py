"""Keys, tokens and passwords out of code: what an issuer's form or a name beside it gives away."""

import re

import re2

SECRET = "<SECRET>"
# Forms that their issuers document; a match is a secret whatever stands around it.
TOKENS = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    r"\bgithub_pat_[A-Za-z0-9_]{22,}\b",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    r"\bhooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,32}",
    r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}\b",
    r"\bsk-(?:proj|svcacct|ant|or)-[A-Za-z0-9_-]{20,}",
    r"\bsk-[A-Za-z0-9]{40,}\b",
    r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    r"\bAIza[A-Za-z0-9_-]{35}",
    r"\bGOCSPX-[A-Za-z0-9_-]{28}",
    r"\bya29\.[A-Za-z0-9_-]{30,}",
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bpypi-AgE[A-Za-z0-9_-]{40,}",
    r"\bhf_[A-Za-z0-9]{30,}\b",
    r"\bdo[opr]_v1_[a-f0-9]{64}\b",
    r"\bdapi[a-f0-9]{32}\b",
    r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b",
    r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\nr\",:.()-]*?"
    r"-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----",
)
TOKEN = re2.compile("|".join(TOKENS))
SPEAKING = (
    r"(?:api_?key|secret|passwd|password|auth_?token|access_?token|private_?key|account_?key)"
    r"(?:_?access)?(?:_?key|_?token)?(?:_?base)?"
)
# A value in quotes that is given to a name that speaks of secrets; one without, on a line of its own; one in a URL.
NAMED = re2.compile(rf"""(?i)({SPEAKING}["']?\s{{0,3}}[:=]{{1,2}}>?\s{{0,3}}["'])([^"'\s]{{8,200}})(["'])""")
BARE = re2.compile(rf"(?im)({SPEAKING}[ \t]{{0,3}}[:=][ \t]{{0,3}})([A-Za-z0-9+/_=-]{{16,200}})([ \t]*(?:$|\r|[;&]))")
IN_URL = re2.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"']{0,64}:)([^\s/@\"']{3,100})(@)")
PLACEHOLDER = re.compile(
    r"(?i)(?:x+|\*+|\.+|your|my|test|example|change|dummy|fake|none|null|<|\$|%|\{|pass(?:word|wd)?$|pwd?$|secret$)"
)
LONG = 20  # letters alone are a secret from here on, in both cases


def without_secrets(text: str) -> str:
    """Replace keys and tokens of known form, and values that are given to names such as `password`."""
    text = TOKEN.sub(SECRET, text)
    text = NAMED.sub(lambda match: _hidden(match, _chosen(match.group(2))), text)
    text = IN_URL.sub(lambda match: _hidden(match, True), text)
    return BARE.sub(lambda match: _hidden(match, _random(match.group(2))), text)


def _hidden(match: re.Match[str], secret: bool) -> str:
    before, value, after = match.group(1), match.group(2), match.group(3)
    return before + SECRET + after if secret and not PLACEHOLDER.match(value) else match.group(0)


def _chosen(value: str) -> bool:
    """More than a word, such as the label "Passwort" or the name "password_reset"."""
    words = value.replace("_", "").replace("-", "").replace(".", "").replace("/", "")
    mixed = len(words) >= LONG and not words.islower() and not words.isupper() and words == value
    return not words.isalpha() or mixed


def _random(value: str) -> bool:
    """Not the name of a variable: hexadecimal, or digits among letters of both cases."""
    digits = sum(map(str.isdigit, value))
    hexadecimal = len(value) >= 32 and re.fullmatch("[0-9a-fA-F]+", value) is not None
    enough = digits > 2 or (digits > 0 and len(value) >= 40)
    return hexadecimal or (enough and value != value.lower() and value != value.upper())
