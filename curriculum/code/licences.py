"""Licences of code: by the text of a licence file, by the SPDX line of a file, and which of them a folder is under.

Packages that know licences by the hundred (scancode's data, for one) are made to name each; here the question is only
whether one is permissive, and what is not known is not.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from curriculum.code.licence_words import in_words

# What a licence says of itself. A licence names others further down (MPL all of GNU's): the first in the text decides.
TITLES = (
    ("BUSL-1.1", "business source license"),
    ("SSPL-1.0", "server side public license"),
    ("Elastic-2.0", "elastic license"),
    ("CC-BY-NC-4.0", "attribution-noncommercial"),
    ("CC-BY-SA-4.0", "attribution-sharealike"),
    ("AGPL-3.0", "gnu affero general public license"),
    ("LGPL-3.0", "gnu lesser general public license"),
    ("LGPL-2.0", "gnu library general public license"),
    ("GFDL-1.3", "gnu free documentation license"),
    ("GPL-3.0", "gnu general public license"),
    ("MPL-2.0", "mozilla public license"),
    ("EPL-2.0", "eclipse public license"),
    ("EUPL-1.2", "european union public licence"),
    ("CDDL-1.0", "common development and distribution license"),
    ("Artistic-2.0", "artistic license"),
    ("OSL-3.0", "open software license"),
    ("MS-PL", "microsoft public license"),
    ("CECILL-2.1", "cecill free software license"),
    ("Apache-2.0", "apache license"),
    ("NCSA", "university of illinois/ncsa"),
    ("BSL-1.0", "boost software license"),
    ("MIT", "permission is hereby granted, free of charge"),
    ("PostgreSQL", "modify, and distribute this software and its documentation for any purpose, without fee"),
    ("ISC", "permission to use, copy, modify, and/or distribute this software"),
    ("ISC", "permission to use, copy, modify, and distribute this software"),
    ("ISC", "permission to use, copy, modify and distribute this software"),
    ("BSD-3-Clause", "redistribution and use in source and binary forms"),
    ("Unlicense", "this is free and unencumbered software"),
    ("CC0-1.0", "cc0 1.0 universal"),
    ("Zlib", "this software is provided 'as-is', without any express or implied warranty"),
    ("PSF-2.0", "python software foundation license"),
    ("WTFPL", "do what the fuck you want to public license"),
    ("UPL-1.0", "universal permissive license"),
    ("AFL-3.0", "academic free license"),
    ("BlueOak-1.0.0", "blue oak model license"),
    ("MulanPSL-2.0", "mulan permissive software license"),
)
# Terms that take away from whatever they stand beside.
RIDERS = (
    ("Commons-Clause", "commons clause"),
    ("JSON", "shall be used for good, not evil"),
    ("Anti-996", "996 license"),
    ("Hippocratic", "hippocratic license"),
)
PERMISSIVE = frozenset(
    "0BSD AFL-3.0 Apache-2.0 Apache-1.1 BSD BSD-2 BSD-3 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause"
    " BSD-3-Clause-Clear BSD-4-Clause BSL-1.0 BlueOak-1.0.0 CC0-1.0 HPND ISC MIT MIT-0 NCSA PSF-2.0 PostgreSQL"
    " MulanPSL-2.0 Python-2.0 UPL-1.0 Unlicense WTFPL X11 Zlib curl libpng-2.0 zlib-acknowledgement".split()
)
# What code hosts and data sets call them in place of an identifier; numbers of versions and "the" are left out.
NAMES = {
    "mit license": "MIT", "mit license mit": "MIT", "expat": "MIT", "mit no attribution": "MIT-0",
    "isc license": "ISC", "zlib license": "Zlib",
    "apache": "Apache-2.0", "apache license": "Apache-2.0", "apache software license": "Apache-2.0",
    "unlicense": "Unlicense", "postgresql license": "PostgreSQL", "boost software license": "BSL-1.0",
    "bsd license": "BSD", "bsd zero clause license": "0BSD", "bsd 2 clause": "BSD-2-Clause",
    "bsd 2 clause license": "BSD-2-Clause", "bsd 2 clause simplified license": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause", "bsd 3 clause license": "BSD-3-Clause",
    "bsd 3 clause new or revised license": "BSD-3-Clause", "creative commons zero universal": "CC0-1.0",
    "universal permissive license": "UPL-1.0", "academic free license": "AFL-3.0", "blue oak model license":
    "BlueOak-1.0.0", "university of illinois/ncsa open source license": "NCSA", "mulan permissive software license":
    "MulanPSL-2.0",
}  # fmt: skip
_NOISE = re.compile(r"[\s\"'()\[\],-]+|\bthe\b|\bversion\b|\bv?\d\.\d\b")
_PERMISSIVE = frozenset(name.lower() for name in PERMISSIVE)
FILE = re.compile(r"(?i)(?:un)?licen[cs]e(?:[-_. ].*)?|copying(?:[-_. ].*)?")
TEXTS = ("", "txt", "md", "rst", "markdown", "html", "adoc", "asciidoc", "org", "tex")  # endings of files that hold one
SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() \t-]+)")
HEAD = 5_000  # characters at the head of a file, in which its SPDX line stands
TOKEN = re.compile(r"[()]|[^\s()]+")
COMMENT_MARKS = re.compile(r"[\s*/#;%!-]+")
# What files say in words that they are under, where it is not what may be used: the first that is found.
_UNDER = r"\b(?:under|to) (?:the terms (?:and conditions )?of )?(?:the |version [\d.]+ of the |an? )?"
_LICENCE = r"(?:\blicen[cs]ed? ?:? ?|\bunder (?:the terms of )?(?:the )?)(?:gnu )?"
IN_WORDS = tuple(
    (name, re.compile(expression, re.IGNORECASE))
    for name, expression in (
        ("AGPL-3.0", rf"{_UNDER}gnu affero general public|{_LICENCE}agpl"),
        ("LGPL-3.0", rf"{_UNDER}gnu lesser general public|{_LICENCE}lgpl"),
        ("LGPL-2.0", rf"{_UNDER}gnu library general public"),
        ("GPL-3.0", rf"{_UNDER}gnu general public|{_LICENCE}gpl"),
        ("MPL-2.0", rf"{_UNDER}mozilla public"),
        ("EPL-2.0", rf"{_UNDER}eclipse public"),
        ("EUPL-1.2", rf"{_UNDER}european union public"),
        ("CDDL-1.0", rf"{_UNDER}common development and distribution"),
        ("SSPL-1.0", rf"{_UNDER}server side public"),
        ("BUSL-1.1", rf"{_UNDER}business source"),
        ("LicenseRef-Proprietary", r"proprietary and confidential|unauthorized copying of this file"),
    )
)


def licence(text: str) -> str:
    """The licence that a text is, as an SPDX identifier of its family; "" for what is not known."""
    plain = " ".join(text.lower().replace("’", "'").replace("‘", "'").replace("`", "'").split())
    for name, phrase in RIDERS:
        if phrase in plain:
            return name
    found = [(at, n, name) for n, (name, phrase) in enumerate(TITLES) if (at := plain.find(phrase)) >= 0]
    if not found:
        return in_words(text)
    name = min(found)[2]
    return "0BSD" if name == "ISC" and "provided that the above copyright notice" not in plain else name


def of_file(text: str) -> str:
    """The licence that a file says at its head that it is under, as an SPDX expression; "" when it says nothing.

    It says so in an SPDX line, or, where it is none that permits everything, in words.
    """
    if found := SPDX.search(text, 0, HEAD):
        return " ".join(found[1].split())
    head = COMMENT_MARKS.sub(" ", text[:HEAD])
    return next((name for name, said in IN_WORDS if said.search(head)), "")


def is_permissive(expression: str, allowed: Iterable[str] = PERMISSIVE) -> bool:
    """Whether one may use code under an SPDX expression ("MIT OR GPL-2.0-only"), or under all of a list of licences
    ("MIT, ISC"); nobody may use what has no licence.
    """
    known = _PERMISSIVE if allowed is PERMISSIVE else frozenset(name.lower() for name in allowed)
    parts = [_identifier(part) for part in expression.split(",") if _plain(part)]
    return bool(parts) and all(_permits(TOKEN.findall(part.replace("/", " OR ")), known) for part in parts)


def _identifier(part: str) -> str:
    """The SPDX identifier for a name in words ("Apache License 2.0"); what is none stays, without marks of a list."""
    return NAMES.get(_plain(part), part.strip(" []'\""))


def _plain(name: str) -> str:
    """A name in small letters without marks and versions; nothing is left of "Version 2.0"."""
    return " ".join(_NOISE.sub(" ", name.lower()).split())


def _permits(tokens: list[str], known: frozenset[str]) -> bool:
    """The value of an expression in which AND binds closer than OR, as SPDX says; False for one that is none."""
    try:
        value, rest = _any_of(tokens, known)
        return value and not rest
    except IndexError:
        return False


def _any_of(tokens: list[str], known: frozenset[str]) -> tuple[bool, list[str]]:
    return _joined(tokens, known, "OR", _all_of, any)


def _all_of(tokens: list[str], known: frozenset[str]) -> tuple[bool, list[str]]:
    return _joined(tokens, known, "AND", _one, all)


def _joined(
    tokens: list[str],
    known: frozenset[str],
    word: str,
    part: Callable[..., tuple[bool, list[str]]],
    join: Callable[[Iterable[object]], bool],
) -> tuple[bool, list[str]]:
    """The value of parts with a word between them, and the tokens behind them."""
    value, tokens = part(tokens, known)
    values = [value]
    while tokens and tokens[0].upper() == word:
        value, tokens = part(tokens[1:], known)
        values.append(value)
    return join(values), tokens


def _one(tokens: list[str], known: frozenset[str]) -> tuple[bool, list[str]]:
    if tokens[0] == "(":
        value, tokens = _any_of(tokens[1:], known)
        return value, tokens[1:] if tokens[0] == ")" else ["(", *tokens]
    value, tokens = tokens[0].lower() in known, tokens[1:]
    if tokens[:1] and tokens[0].upper() == "WITH":  # an exception only adds permissions
        tokens = tokens[2:]
    return value, tokens


def is_licence_file(name: str) -> bool:
    """Whether a file of this name holds a licence: LICENSE, COPYING.txt, LICENSE-MIT, LICENSE.GPL; not license.py."""
    suffix = name.rpartition(".")[2] if "." in name else ""
    return bool(FILE.fullmatch(name)) and (suffix.lower() in TEXTS or suffix == suffix.upper())


def of_folder(texts: Mapping[str, str]) -> str:
    """The licences of a folder, "Apache-2.0, MIT", by its licence files; "" where one is not known.

    Files in `LICENSES/` are those of REUSE, named by their SPDX identifier: without a file beside that folder, each of
    them may hold for any file that does not name its own.
    """
    own = {name: text for name, text in texts.items() if "/" not in name}
    if own:
        found = {licence(text) for text in own.values()}
    else:
        found = {name.rpartition("/")[2].rpartition(".")[0] or name.rpartition("/")[2] for name in texts}
    return "" if "" in found else ", ".join(sorted(found))
