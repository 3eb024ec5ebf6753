"""Texts with private data, and texts with numbers that are none."""

import json
from pathlib import Path

import zstandard

PRIVATE = [
    ("Write to jane.roe+list@mail.example.co.uk today", "email", "jane.roe+list@mail.example.co.uk"),
    ("see https://shop.example.com/unsubscribe?user=jane@example.org now", "email", "jane@example.org"),
    ("jane (at) example (dot) org", "email", "jane (at) example (dot) org"),
    ("josé@correo.españa.es", "email", "josé@correo.españa.es"),
    ("Call (212) 555-0187 before noon", "phone", "(212) 555-0187"),
    ("in Deutschland 030 901820-15 erreichbar", "phone", "030 901820-15"),
    ("téléphone : 01 42 68 53 00", "phone", "01 42 68 53 00"),
    ("+46 8 508 290 00 is the desk", "phone", "+46 8 508 290 00"),
    ("Telefon: 72 128 827", "phone", "72 128 827"),
    ("Fax no. 9469 9966", "phone", "9469 9966"),
    ("联系电话:010-65525555", "phone", "010-65525555"),
    ("banned 93.184.216.34 for a week", "ip", "93.184.216.34"),
    ("from 2606:2800:220:1:248:1893:25c8:1946 at noon", "ip", "2606:2800:220:1:248:1893:25c8:1946"),
    ("paid with 4929 1167 7150 0893 yesterday", "card", "4929 1167 7150 0893"),
    ("my Maestro card 6759649826438453 expired", "card", "6759649826438453"),
    ("IBAN de89 3704 0044 0532 0130 00 please", "iban", "de89 3704 0044 0532 0130 00"),
    ("IBAN: GB33BUKB20201555555555.", "iban", "GB33BUKB20201555555555"),
    ("his number 536-90-4399 was stolen", "ssn", "536-90-4399"),
    ("social security no 536904399", "ssn", "536904399"),
    ("send to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT thanks", "crypto", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("0x52908400098527886E0F7030069857D2E4169EE7", "crypto", "0x52908400098527886E0F7030069857D2E4169EE7"),
    ("ether 00:1A:2B:3C:4D:5E up", "mac", "00:1A:2B:3C:4D:5E"),
    ("hw 001a.2b3c.4d5e", "mac", "001a.2b3c.4d5e"),
]

HARMLESS = [
    "from 1998-2005 and 2010-11-23 08:15, or 23.11.2010, or 11/23/2010",
    "open 08.30 - 17.30 and 09:00-17:30",
    "ISBN 978-3-16-148410-0 and ISBN 0-19-853453-1, ISSN 1234-5679",
    "order 4711 0815 42, invoice no. 0123 456 789",
    "1 234 567 890 people paid $ 300.000.000, or 0.651416873060081 of it",
    "version 4.18.0.193, nginx/1.19.4.2, section 1.2.3.4",
    "ping 192.168.1.17 or 127.0.0.1 or ::1 or fe80::1 with std::string",
    "Simi Valley CA 93094-0508",
    "look at icon@2x.png and @media or user@localhost",
    "card 4111 1111 1111 1112, and 1234567890123456",
    "fingerprint 3f:2a:bb:01:9c:77:ee:10:44:5b:6a:90:12:34:56:78",
    "1 2 3 4 5 6 7 8 9 10 next",
    "0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011 0012 0013 0014 0015 0016 0017 0018",
    "000-12-3456, 666-12-3456 and 912-12-3456 were never issued",
    "https://example.com/item/0800123456/0171-2345678",
    "",
]


def labelled_texts(shared: Path) -> list[str]:
    """Sentences and contact pages in which somebody marked private data."""
    files = ("presidio_research.jsonl.zst", "webstruct_contact_entities.jsonl.zst")
    data = [
        zstandard.ZstdDecompressor().decompress((shared / "data/pii" / file).read_bytes(), 1 << 30) for file in files
    ]
    return [json.loads(line)["text"] for each in data for line in each.split(b"\n") if line]
