"""Which letters beyond ASCII a language has: in a wrong charset, a text shows letters that no language has together.

Detection goes by how often bytes follow each other, which a short text tells little of; its letters tell more.
"""

from collections.abc import Sequence

# Small letters of the languages that share bytes between cp1252, cp1250, cp1254 and cp1257 (and their ISO charsets).
ALPHABETS = tuple(
    map(
        frozenset,
        """äöüß àâæçéèêëîïôœùûüÿ áéíñóúü àáâãçéêíóôõúü àèéìíîòóùú åäöé æøåé áæéíðóöúýþ äöõüšž åäöšž àçèéíïòóúü
        ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű čćđšž âăîşţ âăîșț
        çğıöşü ąčęėįšųūž āčēģīķļņšūž""".split(),
    )
)


def fits_alphabet(text: str) -> bool:
    """Whether all letters of a text are of one alphabet."""
    letters = {letter for letter in text.replace("İ", "ı").lower() if letter > "\x7f" and letter.isalpha()}
    return any(letters <= alphabet for alphabet in ALPHABETS)


def fitting_charset(text: bytes, found: str, among: Sequence[str]) -> str:
    """The charset that was found; when it makes letters that no alphabet has together, the first one that does not."""
    fits = (name for name in (found, *among) if fits_alphabet(text.decode(name, "replace")))
    return next(fits, found)
