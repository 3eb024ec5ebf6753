"""What the words beside a number say that it is: the label before it, the remark behind it.

All expressions run on at most `BEFORE` or `AFTER` characters.
"""

import re

BEFORE, AFTER = 60, 24

# "phone" and "fax" in the languages of the web; a stem may go on ("Telefonnummer"), a short one may not ("tel").
PHONE = (
    r"tel|t[ée]l[ée]ph?on\w*|t[ée]l|phone(?:s|\s?(?:no|number|nr)s?)?|ph|fone|fon|fax(?:n\w*)?|faks|t[ée]l[ée]?fa(?:x|ks)\w*|"
    r"tlf|tfno|telf|mob|mobile?\w*|mobiel|m[óo]vil\w*|celular\w*|cell(?:ulare|phone)?|gsm|handy|hotline|natel|whats\s?app|"
    r"viber|sms|contact\s(?:no|nr|num(?:ber)?)|toll[\s-]?free|rufnummer|puhelin|puh|тел|телефон\w*|факс|моб\w*|电话|電話|传真|傳真|手机|전화|팩스|"
    r"โทร|điện thoại|tilp"
)
ASKED = (
    r"call(?:s|ed|ing)?|dial(?:l?ing)?|ring|reach(?:ed)?|answering|text|bel(?:len)?|ruf\w*|anruf\w*|appele[rz]|ll[aá]m\w+|"
    r"chiam\w+|ligue|zadzwo\w+|desk|switchboard|helpline|helpdesk|reservations?|centralita|standard"
)
LABEL = re.compile(rf"(?i)(?<![^\W_])(?:{PHONE})(?:(?![^\W_])[^0-9@]{{0,28}})?$")
REQUEST = re.compile(rf"(?i)(?<![^\W_])(?:{ASKED})(?![^\W_])[^0-9@]{{0,20}}$")
LETTER = re.compile(r"(?:^|[\s|(,;•·])(?:[TFMPtfmp][.:)]+\s{0,3}|[TFMP]\s{1,3})(?:\(?\+?)$")
REMARK = re.compile(
    r"(?i)[ \t\xa0]{0,2}[-(/|,]?[ \t]?(?:fax|faks|mobile?|cell|office|home|work|phone|tel|toll[\s-]?free|ext|gratis)(?![^\W_])"
)
CARD = re.compile(
    r"(?i)(?<![^\W_])(?:cards?|visa|master\s?card|amex|american express|maestro|discover|jcb|diners|credit|debit|cc|cvv|"
    r"\w*karten?|cartes?|tarjetas?|cartão|carta|kaart|kart[aęy]|карт\w*)(?![^\W_])"
)
SSN = re.compile(r"(?i)(?<![^\W_])(?:ssns?|social\s+sec(?:urity)?|soc\.?\s?sec)(?![^\W_])")
ADDRESS = re.compile(r"(?i)(?<![^\W_])(?:ips?|ipv4|addr(?:ess)?|hosts?|servers?|ping|dns|gateway|login|logged)(?![^\W_])")
VERSION = re.compile(
    r"(?i)(?:(?<![^\W_])(?:v|ver|version|versie|versión|release|rel|build|firmware|driver|update|patch|rev|revision|"
    r"section|sec|chapter|clause|article|part|figure|fig|table|rule)|§)[\s.:=#v-]*$"
)
OTHER = re.compile(
    r"(?i)(?:(?<![^\W_])(?:isbn\S*|issn|ean|upc|asin|sku|doi|pmid|oclc|lccn|vat\S*|ust\S*|abn|acn|nif|cif|siret|siren|kvk\S*|"
    r"btw\S*|p\.?\s?iva|partita iva|codice fiscale|cnpj|cpf|nip|regon|krs|reg(?:istration|istro)?|company|license|"
    r"licence|licen[cs]\w*|invoice|order|rechnung\w*|account|acct|konto\S*|serial|model|part|item|ref(?:erence)?|ticket|case|patent|passport|"
    r"tracking|ssn|social security|zip|plz|post\s?code|postal code|catalog\w*|product|article|artikel\w*|bestell\w*|barcode|isin|wkn)"
    r"[\s.:#-]*(?:(?:number|num|no|nr|nummer|code|id|is|n)\W*){0,2}[\s.:#]*|[#№$€£¥₹])$"
)


def said_to_be_phone(text: str, start: int, end: int, digits: int) -> bool:
    """A label before it, such as "Fax:", or a remark behind it, such as "(office)"; "call" alone may mean a taxi."""
    before = text[max(0, start - BEFORE) : start]
    if LABEL.search(before) or LETTER.search(before) or REMARK.match(text[end : end + AFTER]):
        return True
    return digits > 6 and bool(REQUEST.search(before))


def said_to_be_card(text: str, start: int, end: int) -> bool:
    return bool(CARD.search(text[max(0, start - BEFORE) : start]) or CARD.search(text[end : end + AFTER]))


def said_to_be_ssn(text: str, start: int, end: int) -> bool:
    return bool(SSN.search(text[max(0, start - BEFORE) : start]))


def said_to_be_address(text: str, start: int, end: int) -> bool:
    return bool(ADDRESS.search(text[max(0, start - BEFORE) : start]))


def said_to_be_version(text: str, start: int, end: int) -> bool:
    return bool(VERSION.search(text[max(0, start - BEFORE) : start]))


def said_to_be_other(text: str, start: int, end: int) -> bool:
    """The number of something else: a book, a company, an order, an amount of money."""
    return bool(OTHER.search(text[max(0, start - BEFORE) : start]))
