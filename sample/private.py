"""Private data to plant: reserved, fictional or published test values only, and numbers that only look private."""

import random

FIRST = (
    "marta.klein",
    "j.okafor",
    "peter_hall",
    "lucia+news",
    "info",
    "s.nakamura",
    "office",
    "tom.byrne",
    "anna-lena",
)
DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com")
PHONES = (
    "+1 202-555-0143", "(212) 555-0187", "+44 20 7946 0123", "+1 415 555 0132", "+44 161 496 0321", "212-555-0145",
    "+1 (312) 555-0176", "+33 1 99 00 12 34", "+49 30 23125 012", "+61 2 5550 1234", "+46 8 465 004 12",
)  # fmt: skip
# Root name servers and public resolvers.
ADDRESSES = (
    "198.41.0.4",
    "192.33.4.12",
    "193.0.14.129",
    "199.7.83.42",
    "208.67.222.222",
    "2001:500:2f::f",
    "2001:7fd::1",
)
CARDS = ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117", "4012888888881881")
IBANS = (
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NL91ABNA0417164300",
)

# Names of the types are presidio's.
ASKS = {
    "EMAIL_ADDRESS": (
        "Corrections are welcome and reach the author at {}, usually within a week.",
        "If you have a question about this, write to {} and we will get back to you.",
        "Send your own example to {} and it may appear in the next edition.",
    ),
    "PHONE_NUMBER": (
        "The office is open on weekdays and can be called on {} until five.",
        "For a printed copy, phone {} and ask for the publications desk.",
    ),
    "IP_ADDRESS": (
        "In our set-up the requests went out to {} and came back in a few milliseconds.",
        "The log showed that {} had asked for the same file several times that night.",
    ),
    "CREDIT_CARD": (
        "The test shop accepts the card number {} with any date in the future.",
        "Someone had left the card {} in the form, which is of course not a good idea.",
    ),
    "IBAN_CODE": (
        "Donations to the society can be made to the account {} at any time.",
        "Please transfer the fee to {} and give your name as the reference.",
    ),
}
VALUES = {"PHONE_NUMBER": PHONES, "IP_ADDRESS": ADDRESSES, "CREDIT_CARD": CARDS, "IBAN_CODE": IBANS}
# What must survive: private and local addresses, numbers that fail their check digit, plain counts and dates.
HARMLESS = (
    ("192.168.1.17", "The printer in the corner answers at {} when it is in the mood."),
    ("127.0.0.1", "While testing, everything runs on {} and nothing leaves the machine."),
    ("10.0.0.254", "The router of the lab is found at {} behind two other ones."),
    ("4111 1111 1111 1112", "The number {} looks like a card but its last digit is wrong."),
    ("2.10.3.1", "The fault is gone since version {} of the program that we use."),
    ("1984 to 2019", "The records cover the years {} without a gap."),
    ("12,345,678", "In the end {} rows were counted, give or take none."),
    ("978-3-16-148410-0", "The book is listed under the number {} in most catalogues."),
)


def secret(kind: str, rng: random.Random) -> tuple[str, str]:
    """A value of a kind, and a sentence that gives it away."""
    if kind == "EMAIL_ADDRESS":
        value = f"{rng.choice(FIRST)}{rng.randrange(100)}@{rng.choice(DOMAINS)}"
    else:
        value = rng.choice(VALUES[kind])
    return value, rng.choice(ASKS[kind]).format(value)
