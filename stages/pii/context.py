"""What the words beside a number say that it is: the label before it, the remark behind it."""

import itertools
import re
from typing import Any

import re2

BEFORE, AFTER = 60, 24  # how many characters are read to either side
LABEL = 32  # how many of them hold the label of a phone number
NUMBER = re.compile(r"[0-9@]|\|\|\|")  # or the mark that Dolma sets in place of one
W = r"[\pL\pM\pN_]"

# "Phone" and "fax" in the languages of the web: whole words, and stems that go on ("Telefonnummer").
PHONE = frozenset(
    "tel tél tlf tfno telf ph phone phones fone fon fax faks telex mob mobil mobile mobiel móvil movil cell cellphone "
    "cellulare celular gsm handy natel whatsapp viber sms hotline tollfree contactno contactnumber contactnr rufnummer "
    "puhelin puh vaihde telp hp telepon tālr wame тел факс моб điệnthoại đt τηλ κιν φαξ".split()
)
STEMS = tuple(
    "telephon telefon téléphon teléfon faxn telefax télécop móvil celular phone телефон мобиль τηλέφων κινητ".split()
)
UNSPACED = tuple(  # in scripts that set no spaces between words, or whose words Python takes apart
    "电话 電話 传真 傳真 手机 手機 热线 熱線 携帯 전화 팩스 휴대폰 โทร แฟกซ์ "
    "هاتف تلفون تليفون جوال موبايل فاكس تلفن موبایل טלפון נייד פקס फ़ोन फोन मोबाइल ফোন মোবাইল தொலைபேசி ફોન ఫోన్ ഫോൺ".split()
)
ASKED = frozenset(
    "call calls called calling dial dialing dialling ring reach reached answering text bel bellen ruf rufen anruf "
    "anrufen appelez appeler llamar llama llámenos llame chiama chiamare chiamaci ligue zadzwoń desk switchboard "
    "helpline helpdesk reservation reservations centralita standard".split()
)
WRITTEN_TO = frozenset("contact contacts enquiries inquiries kontakt".split())
SHELVED = frozenset("callnumber callno callnr".split())
GROUPS = re.compile(r"\d[-. ]\d")
WORD = re.compile(r"[^\W\d_]+")
VERSION = r"v|ver|version|versie|versión|release|rel|build|firmware|driver|update|patch|rev|revision"
PASSAGE = r"section|sec|chapter|clause|article|part|figure|fig|table|rule"
OTHER = (
    r"isbn\S*|issn|ean|upc|asin|sku|doi|pmid|oclc|lccn|isin|wkn|vat\S*|ust\S*|btw\S*|kvk\S*|abn|acn|nif|cif|siret|siren|"
    r"p\.?\s?iva|partita iva|codice fiscale|cnpj|cpf|nip|regon|krs|reg(?:istration|istro)?|company|licen[cs]e|patent|"
    rf"invoice|order|rechnung{W}*|bestell{W}*|account|acct|konto\S*|tracking|ticket|case|passport|ssn|social security|"
    rf"serial|model|part|item|ref(?:erence)?|product|catalog{W}*|article|artikel{W}*|barcode|"
    r"zip|plz|cep|post\s?code|postal code"
)
CARD = (
    r"cards?|visa|master\s?card|amex|american express|maestro|discover|jcb|diners|credit|debit|cc|cvv|"
    rf"{W}*karten?|cartes?|tarjetas?|cartão|carta|kaart|kart[aęy]|карт{W}*"
)


def _before(words: str, then: str) -> Any:
    """One of the words, and up to the end only what `then` allows."""
    return re2.compile(rf"(?i)(?:^|[^\pL\pN])(?:{words}){then}$")


LETTER = re.compile(r"(?:^|[\s|(,;•·])(?:[TFMPtfmp][.:)]+\s{0,3}|[TFMP]\s{1,3})\(?\+?$")  # "T: 030 …", "F 030 …"
REMARK = re.compile(
    r"(?i)[ \t\xa0]{0,2}[-(/|,]?[ \t]?"
    r"(?:fax|faks|mobile?|cell|office|home|work|phone|tel|toll[\s-]?free|ext|gratis)(?![^\W_])"
)
SSN = _before(r"ssns?|social\s+sec(?:urity)?|soc\.?\s?sec", r"(?:[^\pL\pN].{0,40})?")
ADDRESS = _before(r"ips?|ipv4|addr(?:ess)?|hosts?|servers?|ping|dns|gateway|login|logged", r"[^\pL\pN\n][^\n]{0,24}")
NUMBERED = _before(f"{VERSION}|{PASSAGE}|§", r"[\s.:=#v-]*")
PRODUCT = re2.compile(r"(?:^|[^/\pL])\pL[\pL\pN_-]*/$")  # "nginx/1.18.0.1"
ANOTHER = _before(OTHER, r"[\s.:#-]*(?:(?:number|num|no|nr|nummer|code|id|is|n)(?:[^\pL\pN]+|$)){0,2}")
AMOUNT = re2.compile("[#№$€£¥₹]$")
NAMES_CARD = re2.compile(rf"(?i)(?:^|[^\pL\pN])(?:{CARD})(?:[^\pL\pN]|$)")


def said_to_be_phone(text: str, start: int, end: int, digits: int) -> bool:
    """A phone number by its label, or one that readers are asked to call; "call" alone may mean a taxi."""
    return labelled(text, start, end) or (digits > 6 and asked_for(text, start, end))


def labelled(text: str, start: int, end: int) -> bool:
    """A label before it, such as "Fax:", or a remark behind it, such as "(office)"."""
    if any(word in PHONE or word.startswith(STEMS) for word in _words(text, start)):
        return True
    before = text[max(0, start - 12) : start]
    if LETTER.search(before) or (REMARK.match(text, end, end + AFTER) and not PRODUCT.search(before)):
        return True
    return not before.isascii() and any(label in before for label in UNSPACED)


def asked_for(text: str, start: int, end: int) -> bool:
    """A verb before it, such as "call" or, before a number in groups, "contact"; no call number of a library."""
    words = _words(text, start)
    if not SHELVED.isdisjoint(words):
        return False
    if not ASKED.isdisjoint(words):
        return True
    same_line = "\n" not in text[max(0, start - LABEL) : start]
    return same_line and not WRITTEN_TO.isdisjoint(words) and GROUPS.search(text, start, end) is not None


def _words(text: str, start: int) -> list[str]:
    """The words just before, in lower case, and each two of them as one ("toll free"); no further than a number."""
    first = max(0, start - LABEL)
    tail = NUMBER.split(text[first:start])[-1]
    words = [word.lower() for word in WORD.findall(tail)]
    if words and first and text[first - 1].isalpha() and tail[0].isalpha() and len(tail) == start - first:
        del words[0]
    return words + [one + two for one, two in itertools.pairwise(words)]


def said_to_be_card(text: str, start: int, end: int) -> bool:
    return bool(NAMES_CARD.search(_left(text, start)) or NAMES_CARD.search(text[end : end + AFTER]))


def said_to_be_ssn(text: str, start: int) -> bool:
    return bool(SSN.search(_left(text, start)))


def said_to_be_address(text: str, start: int) -> bool:
    """Named as an address of a machine, on the same line."""
    return bool(ADDRESS.search(_left(text, start)))


def said_to_be_version(text: str, start: int) -> bool:
    """Named as a version or a passage of a text, or written behind a product's name and a slash."""
    return bool(NUMBERED.search(_left(text, start)) or PRODUCT.search(_left(text, start)))


def said_to_be_other(text: str, start: int) -> bool:
    """The number of something else: a book, a company, an order, an amount of money."""
    return bool(ANOTHER.search(_left(text, start)) or AMOUNT.search(text[max(0, start - 1) : start]))


def _left(text: str, start: int) -> str:
    return text[max(0, start - BEFORE) : start]
