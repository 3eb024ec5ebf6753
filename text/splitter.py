"""How a run of characters without white space is cut into words, by rule, with no dictionary.

Scripts with spaces: marks come off both ends, English contractions and Romance elisions are cut, hyphens, slashes and
commas between letters are words of their own, and addresses stay whole. Scripts without spaces are cut by character:
see `text.scripts`. Every expression here is linear in its input.
"""

import re
from functools import cache

from text.scripts import HAN, HIRAGANA, KATAKANA, SOUTH_EAST_ASIAN, UNSPACED

MARKS = re.escape(",:;!?¿¡()[]{}<>_#*&…·。？！，、；：～।،۔؛؟٪\"'`´‘’‚“”„«»‹›「」『』【】《》〈〉（）〔〕–—")
SYMBOLS = "©®°¦\u2100-\u214f\u2195-\u23ff\u2440-\u2bff\u3200-\u33ff\ufffd\U0001f000-\U0001faff"
MONEY = "$£€¥₩₹₽฿"
LETTER = r"[^\W\d_]"

LEAD = re.compile(rf"\.\.+|[{MARKS}{SYMBOLS}{MONEY}§%=]|\+(?!\d)")
TRAIL = re.compile(rf"[{MARKS}{SYMBOLS}]")
AFTER_DIGIT = re.compile(
    rf"(?<=\d)(?:[+%{MONEY}]|km/h|km²|km³|m²|m³|cm²|mm²|[kcdmnµ]?m|[kmµ]?g|yd|in|ft|lb|oz|mph|[KMGTkmgt][Bb]|h?Pa|[GMK])$"
)
PLAIN_MARKS = ",:;!?)"
STOP_AFTER = re.compile(rf"[^\W_A-Z]|[²%+\-{MARKS}]")  # a full stop after one of these ends a sentence
INNER = re.compile(
    rf"\.\.+|…|[{SYMBOLS}]"
    r"|(?<=\d)[-+*^](?=[\d-])|(?<=[^\W\d_A-Z])\.(?=[A-Z])|(?<=[\"'’”])\.(?=[A-Z\"'“])"
    rf"|(?<={LETTER}),(?={LETTER})|(?<=[^\W_])(?:--+|[-–—~])(?={LETTER})|(?<=[^\W_])[:<>=/](?={LETTER})"
)
ADDRESS = re.compile(
    r"(?:\w[\w+.-]+://)?(?:[^\s@]+@)?(?:[\w\u00a1-\uffff-]+\.)+[^\W\d_A-Z]{2,63}(?::\d{2,5})?(?:[/?#]\S*)?"
)
CONTRACTION = re.compile(r"(?:n['’]t|['’](?:ll|ve|re|d|m))$", re.IGNORECASE)
ELISION = re.compile(
    r"(?:[cdjlmnstv]|qu|un|all|dall|dell|nell|sull|quell|jusqu|lorsqu|puisqu|quest|bell)['’](?=\w)", re.IGNORECASE
)
KEPT_WHOLE = """
Mr. Mrs. Ms. Dr. Prof. St. Mt. Jr. Inc. Ltd. Co. co. Corp. Bros. Gen. Gov. Rep. Sen. Rev. vs. v.s. a.m. p.m. e.g. i.e.
Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec. Calif. Mass. Mich. Minn. Conn. Ph.D. D.C. N.Y.
and/or w/o o'clock ma'am ' '' :) :-) ;) ;-) :( :-( :D :P :-D :/ <3 C++
a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. y. z."""
WHOLE = frozenset(KEPT_WHOLE.split())
FUSED = {"cannot": 3, "Cannot": 3, "gonna": 3, "Gonna": 3, "gotta": 3, "Gotta": 3}  # where the first word ends
ELIDING = frozenset(("fr", "it", "ca"))

# Scripts without spaces are cut without a dictionary: the commonest function characters are words, Chinese characters
# between them go in twos, kana words end where the script changes and hiragana after two, and South-East Asian letters
# go in fours with their marks. The mean length of these words is near that of real ones.
PARTICLES = "的了是在和不有也就都与而及之我你他她这那"
VOWELS_AND_TONES = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
KANA_PARTICLES = "はがをにでとものへ"
PAIRS = f"[{PARTICLES}]|[{HAN}](?:(?![{PARTICLES}])[{HAN}])?"
REST = (
    f"|[{KATAKANA}]+|[{KANA_PARTICLES}]|(?:(?![{KANA_PARTICLES}])[{HIRAGANA}]){{1,2}}"
    f"|[{SOUTH_EAST_ASIAN}]{{1,4}}[{VOWELS_AND_TONES}]*"
    f"|[^{UNSPACED}]+"
)
UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")
PIECE = re.compile(PAIRS + REST)
JAPANESE = re.compile(f"[{HAN}]{{1,2}}{REST}")  # where the Chinese particles are parts of nouns: 首都, 有名


def cut_words(chunk: str, language: str = "en") -> list[str]:
    """The words of a chunk, in order; together they are the chunk."""
    mark = chunk[-1:] if chunk[-1:] in PLAIN_MARKS else ""
    if (letters := chunk[: len(chunk) - len(mark)]).isalpha() and letters.isascii():
        return _core(letters, language) + [mark] * bool(mark)  # most are so, and need no rule
    if UNSPACED_CHARACTER.search(chunk):
        words: list[str] = []
        for piece in (JAPANESE if language == "ja" else PIECE).findall(chunk):
            words += [piece] if UNSPACED_CHARACTER.match(piece) else _spaced(piece, language)
        return words
    return _spaced(chunk, language)


def _spaced(chunk: str, language: str) -> list[str]:
    start, end = 0, len(chunk)
    head, tail = list[str](), list[str]()
    while start < end and not _whole(chunk, start, end):
        if mark := LEAD.match(chunk, start, end):
            head.append(mark.group())
            start = mark.end()
        elif (cut_at := _trail(chunk, start, end)) < end:
            tail.append(chunk[cut_at:end])
            end = cut_at
        else:
            break
    return head + _core(chunk[start:end], language) + tail[::-1]


def _whole(chunk: str, start: int, end: int) -> bool:
    return end - start < 10 and chunk[start:end] in WHOLE


def _trail(chunk: str, start: int, end: int) -> int:
    """Where the last mark begins, `end` when there is none."""
    last = chunk[end - 1]
    if last == ".":
        dots = end - 1
        while dots > start and chunk[dots - 1] == ".":
            dots -= 1
        if end - dots > 1:
            return dots
        before = chunk[max(start, end - 3) : end - 1]
        acronym = len(before) > 1 and before.isalpha() and before.isupper()
        return end - 1 if before and (acronym or STOP_AFTER.match(before[-1])) else end
    if last in "sS" and end - start > 1 and chunk[end - 2] in "'’":
        return end - 2
    if TRAIL.match(last):
        return end - 1
    unit = AFTER_DIGIT.search(chunk, max(start, end - 6), end)
    return unit.start() if unit else end


def _core(core: str, language: str) -> list[str]:
    if not core:
        return []
    if core.isalnum():
        at = FUSED.get(core, 0) if language == "en" else 0
        return [core[:at], core[at:]] if at else [core]
    if _whole(core, 0, len(core)) or ADDRESS.fullmatch(core):
        return [core]
    ends, end = list[str](), len(core)
    while language == "en" and (ending := CONTRACTION.search(core, max(1, end - 3), end)):
        ends.append(ending.group())
        end = ending.start()
    return _inner(core[:end], language) + ends[::-1]


def _inner(core: str, language: str) -> list[str]:
    words, at = list[str](), 0
    while language in ELIDING and (elided := ELISION.match(core, at)):
        words.append(elided.group())
        at = elided.end()
    core, at = core[at:], 0
    for mark in INNER.finditer(core):
        words += [core[at : mark.start()], mark.group()]
        at = mark.end()
    return [word for word in (*words, core[at:]) if word]


@cache
def rules(language: str) -> str:
    """The language whose rules are used: "en", "ja", one that elides, or "" for all others."""
    return language if language in ("en", "ja") or language in ELIDING else ""
