"""What the words beside a number say that it is: the label before it, the remark behind it."""

import itertools
import re
from typing import Any

import re2

BEFORE, AFTER = 60, 24  # characters that are read to either side
LABEL_REACH = 32  # characters before a number that may hold its label
_W = r"[\pL\pM\pN_]"

# "Phone" and "fax" in the languages of the web: whole words, and stems that go on ("Telefonnummer").
_PHONE_WORDS = frozenset(
    "tel tél tlf tfno telf ph phone phones fone fon fax faks telex mob mobil mobile mobiel móvil movil cell cellphone "
    "cellulare celular gsm handy natel whatsapp viber sms hotline tollfree contactno contactnumber contactnr rufnummer "
    "puhelin puh vaihde telp hp telepon tālr wame тел факс моб điệnthoại đt τηλ κιν φαξ".split()
)
_PHONE_STEMS = tuple(
    "telephon telefon téléphon teléfon faxn telefax télécop móvil celular phone телефон мобиль τηλέφων κινητ".split()
)
_PHONE_PARTS = tuple(  # in scripts that set no spaces between words, or whose words Python takes apart
    "电话 電話 传真 傳真 手机 手機 热线 熱線 携帯 전화 팩스 휴대폰 โทร แฟกซ์ "
    "هاتف تلفون تليفون جوال موبايل فاكس تلفن موبایل טלפון נייד פקס फ़ोन फोन मोबाइल ফোন মোবাইল தொலைபேசி ફોન ఫోన్ ഫോൺ".split()
)
_CALL_VERBS = frozenset(
    "call calls called calling dial dialing dialling ring reach reached answering text bel bellen ruf rufen anruf "
    "anrufen appelez appeler llamar llama llámenos llame chiama chiamare chiamaci ligue zadzwoń desk switchboard "
    "helpline helpdesk reservation reservations centralita standard".split()
)
_CONTACT_WORDS = frozenset("contact contacts enquiries inquiries kontakt".split())
_CALL_NUMBERS = frozenset("callnumber callno callnr".split())
_VERSION_WORDS = (
    r"v|ver|version|versie|versión|versione|versão|wersja|verze|verzió|versiunea|sürüm|версия|версии|версію|έκδοση|"
    r"release|rel|build|firmware|driver|update|patch|rev|revision|バージョン|版本|버전"
)
_PASSAGE_WORDS = r"sections?|secs?|chapter|clause|article|part|figure|fig|table|rule|pp?\.|pages?"
_OTHER_WORDS = (
    r"isbn\S*|issn|ean|upc|asin|sku|doi|pmid|oclc|lccn|isin|wkn|vat\S*|ust\S*|btw\S*|kvk\S*|abn|acn|nif|cif|siret|siren|"
    r"p\.?\s?iva|partita iva|codice fiscale|cnpj|cpf|nip|regon|krs|reg(?:istration|istro)?|company|licen[cs]e|patent|"
    rf"invoice|order|rechnung{_W}*|bestell{_W}*|account|acct|konto\S*|tracking|ticket|case|passport|ssn|"
    rf"social security|serial|model|part|item|ref(?:erence)?|product|catalog{_W}*|article|artikel{_W}*|barcode|"
    r"zip|plz|cep|post\s?code|postal code"
)
_CARD_WORDS = (
    r"cards?|visa|master\s?card|amex|american express|maestro|discover|jcb|diners|credit|debit|cc|cvv|"
    rf"{_W}*karten?|cartes?|tarjetas?|cartão|carta|kaart|kart[aęy]|карт{_W}*"
)


_word = re.compile(r"[^\W\d_]+")
_number = re.compile(r"[0-9@]|\|\|\|")  # or the mark that Dolma sets in place of one
_groups = re.compile(r"\d[-. ]\d")


def _before(words: str, then: str) -> Any:
    """One of the words, and behind it, up to the end, only what `then` allows."""
    return re2.compile(rf"(?i)(?:^|[^\pL\pN])(?:{words}){then}$")


_initial = re.compile(r"(?:^|[\s|(,;•·])(?:[TFMPtfmp][.:)]+\s{0,3}|[TFMP]\s{1,3})\(?\+?$")  # "T: 030 ...", "F 030 ..."
_phone_remark = re.compile(
    r"(?i)[ \t\xa0]{0,2}[-(/|,]?[ \t]?"
    r"(?:fax|faks|mobile?|cell|office|home|work|phone|tel|toll[\s-]?free|ext|gratis)(?![^\W_])"
)
_ssn = _before(r"ssns?|social\s+sec(?:urity)?|soc\.?\s?sec", r"(?:[^\pL\pN].{0,40})?")
_address = _before(r"ips?|ipv4|addr(?:ess)?|hosts?|servers?|ping|dns|gateway|login|logged", r"[^\pL\pN\n][^\n]{0,24}")
_mac = _before(r"mac|hw\s?addr|ether|hardware|physical|bssid|lladdr|bluetooth|wi-?fi|wlan", r"[^\pL\pN\n][^\n]{0,24}")
_version = _before(f"{_VERSION_WORDS}|{_PASSAGE_WORDS}|§", r"[\s.:=#v-]*")
_product = re2.compile(r"(?:^|[^/\pL])\pL[\pL\pN_-]*/$")  # "nginx/1.18.0.1"
_other = _before(_OTHER_WORDS, r"[\s.:#-]*(?:(?:number|num|no|nr|nummer|code|id|is|n)(?:[^\pL\pN]+|$)){0,2}")
_amount = re2.compile("[#№$€£¥₹]$")
_card = re2.compile(rf"(?i)(?:^|[^\pL\pN])(?:{_CARD_WORDS})(?:[^\pL\pN]|$)")


def has_phone_context(text: str, start: int, end: int, digits: int) -> bool:
    """A phone's label, or a verb such as "call" and more than six digits: "call 123456" may mean a taxi."""
    return has_phone_label(text, start, end) or (digits > 6 and has_call_verb(text, start, end))


def has_phone_label(text: str, start: int, end: int) -> bool:
    """A label before it, such as "Fax:", or a remark behind it, such as "(office)"."""
    if any(word in _PHONE_WORDS or word.startswith(_PHONE_STEMS) for word in _words_before(text, start)):
        return True
    before = text[max(0, start - 12) : start]
    if _initial.search(before) or (_phone_remark.match(text, end, end + AFTER) and not _product.search(before)):
        return True
    return not before.isascii() and any(part in before for part in _PHONE_PARTS)


def has_call_verb(text: str, start: int, end: int) -> bool:
    """A verb before it, such as "call" or, before a number in groups, "contact"; but no call number of a library."""
    words = _words_before(text, start)
    if not _CALL_NUMBERS.isdisjoint(words):
        return False
    if not _CALL_VERBS.isdisjoint(words):
        return True
    same_line = "\n" not in text[max(0, start - LABEL_REACH) : start]
    return same_line and not _CONTACT_WORDS.isdisjoint(words) and _groups.search(text, start, end) is not None


def _words_before(text: str, start: int) -> list[str]:
    """The words just before, in lower case, and each two of them as one ("toll free"), back to the last number."""
    first = max(0, start - LABEL_REACH)
    tail = _number.split(text[first:start])[-1]
    words = [word.lower() for word in _word.findall(tail)]
    if words and first and text[first - 1].isalpha() and tail[0].isalpha() and len(tail) == start - first:
        del words[0]  # only a part of it was read
    return words + [one + two for one, two in itertools.pairwise(words)]


def has_card_context(text: str, start: int, end: int) -> bool:
    """A payment card is named before or behind it."""
    return bool(_card.search(_left(text, start)) or _card.search(text[end : end + AFTER]))


def has_ssn_context(text: str, start: int) -> bool:
    """Social security is named before it."""
    return bool(_ssn.search(_left(text, start)))


def has_address_context(text: str, start: int) -> bool:
    """It is called the address of a machine, on the same line."""
    return bool(_address.search(_left(text, start)))


def has_mac_context(text: str, start: int) -> bool:
    """It is called the hardware address of a device, on the same line."""
    return bool(_mac.search(_left(text, start)))


def has_version_context(text: str, start: int) -> bool:
    """It is called a version or a passage of a text, or stands behind a product's name and a slash."""
    return bool(_version.search(_left(text, start)) or _product.search(_left(text, start)))


def has_other_context(text: str, start: int) -> bool:
    """It is called the number of something else: a book, a company, an order, an amount of money."""
    return bool(_other.search(_left(text, start)) or _amount.search(text[max(0, start - 1) : start]))


def _left(text: str, start: int) -> str:
    return text[max(0, start - BEFORE) : start]
