"""A licence file that only says which licence holds, as in "Released under the MIT License"."""

import re

LONGEST = 1_500  # characters of such a file; a longer one is read for the licence's own text
# How permissive licences are called where only their name is given.
CALLED = {
    "MIT-0": r"mit-0|mit no attribution",
    "MIT": r"mit(?:[/ ](?:x11|expat))?|expat",
    "Apache-2.0": r"apache(?: software)?(?: licen[cs]e)?,?(?: version| v\.?)? ?-?2(?:\.0)?",
    "BSD-2-Clause": r"(?:simplified |freebsd )?bsd[- ]2[- ]clause|(?:2|two)[- ]clause bsd|simplified bsd",
    "BSD-3-Clause": r"bsd[- ]3[- ]clause|(?:3|three)[- ]clause bsd|(?:new|modified|revised) bsd",
    "BSD": r"bsd(?:[- ]style)?",
    "ISC": r"isc",
    "Zlib": r"zlib(?:/libpng)?",
    "BSL-1.0": r"boost(?: software)?|bsl-1\.0",
    "Unlicense": r"the unlicense|unlicense",
    "CC0-1.0": r"cc0(?:[- ]1\.0)?",
}
_NAMES = {name: rf"(?:{called})(?![\w-])" for name, called in CALLED.items()}
_WORD = r"licen[cs]e"
SAID = {
    name: re.compile(
        rf"\b(?:under|{_WORD}[ds]?)\b[ :]*(?:under )?(?:either )?(?:of )?(?:the )?(?:terms of )?(?:the |an? )?{called}"
        rf"|\b{called} ?(?:open source |software )?{_WORD}|(?:or|and|/) ?(?:the )?{called}$|^{called}\.?$"
        rf"|opensource\.org/licenses?/{called}"
    )
    for name, called in _NAMES.items()
}
# Words that may take back or limit what is granted: then nothing is known.
DOUBT = re.compile(
    r"\b(?:not|no|except|excluding|unless|only|commercial\w*|non-?commercial|proprietary|gnu|[al]?gpl\w*|mozilla|mpl"
    r"|eclipse|epl|creative commons|cc-by\S*|academic|evaluation)\b"
)
SPDX = re.compile(r"spdx-license-identifier:[ \t]*([a-z0-9.+() \t-]+)", re.IGNORECASE)


def in_words(text: str) -> str:
    """The licences that a short text says something is under, "Apache-2.0, MIT"; "" where it leaves a doubt.

    An SPDX line says so too, as an expression.
    """
    if len(text) > LONGEST:
        return ""
    if found := SPDX.search(text):
        return " ".join(found[1].split())
    plain = " ".join(re.sub(r"[\"'`“”‘’()\[\]<>*_#=]+", " ", text.lower()).split())
    if DOUBT.search(plain):
        return ""
    names = [name for name, said in SAID.items() if said.search(plain)]
    if "BSD" in names and any(name.startswith("BSD-") for name in names):
        names.remove("BSD")
    return ", ".join(sorted(names))
