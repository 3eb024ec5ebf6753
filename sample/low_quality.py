"""Pages that no model should learn from: each function gives the title and the blocks of one."""

import base64
import random

from sample.texts import Article, Block

LowQuality = tuple[str, tuple[Block, ...]]
GOODS = ("garden furniture", "office chairs", "wedding shoes", "winter tyres", "running socks", "desk lamps")
TOWNS = ("Leeds", "York", "Hull", "Derby", "Bath", "Exeter", "Truro", "Ely", "Wells", "Ripon", "Lincoln", "Durham")
SHOUTS = (
    "SPECIAL OFFER ENDS THIS SUNDAY AT MIDNIGHT",
    "CLICK HERE TO CLAIM YOUR FREE GIFT TODAY",
    "ORDER NOW AND SAVE FIFTY PERCENT",
    "NEW IN STORE: THE SPRING COLLECTION IS HERE",
    "SUBSCRIBE TODAY AND NEVER MISS A DEAL",
)
COUNTERS = ("3 likes", "1,204 views", "17 comments", "5 shares", "2.5K followers", "48 retweets")
STUBS = (
    ("Log in", "Please log in to continue. Forgot your password?"),
    ("404 Not Found", "Sorry, the page that you were looking for could not be found. It may have been moved."),
    ("Just a moment", "Please enable JavaScript and cookies in your browser to continue."),
    ("Domain for sale", "This domain may be for sale. Make an offer to the owner today."),
    ("Your cart", "Your cart is empty. Continue shopping."),
    ("Coming soon", "Our new web site is under construction. Please come back later."),
    ("Gallery", "Photographs from the summer of last year. Click on a picture to enlarge it."),
    ("Contact", "Use the form below to get in touch with us. We answer within two days."),
    ("Search results", "Your search did not match any documents. Try other words."),
    ("Maintenance", "We are down for maintenance and will be back in a few minutes."),
)
SYLLABLES = ("zu", "kra", "vex", "ompl", "thi", "gro", "nuf", "wib", "qua", "sned", "plo", "rix", "jub", "frel", "ynt")


def text_blocks(*texts: str, tag: str = "p") -> tuple[Block, ...]:
    """Texts as blocks of one tag."""
    return tuple(Block(tag, text) for text in texts)


def stub(number: int) -> LowQuality:
    """A page with hardly any text of its own."""
    title, text = STUBS[number % len(STUBS)]
    return title, text_blocks(text)


def photograph(article: Article) -> LowQuality:
    """A picture with a caption of one line."""
    return article.title, (Block("p", article.title + "."),)


def teasers(articles: list[Article]) -> LowQuality:
    """An archive page: the beginnings of other pages, each cut off with an ellipsis."""
    starts = [" ".join(article.blocks[0].text.split()[:24]).rstrip(".,;:") for article in articles]
    return "Archive of older posts", text_blocks(*(f"{start}…" for start in starts))


def figures(rng: random.Random) -> LowQuality:
    """A page of results that is nearly all numbers."""
    rows = ["The results of the season in the order of the heats, with the times of each lap in seconds."]
    for heat in range(1, 26):
        laps = " ".join(f"{rng.randrange(50, 80)}.{rng.randrange(100):02}" for _ in range(8))
        rows.append(f"Heat {heat} of 25: {laps} and {rng.randrange(1000)}.")
    return "Results of the season", text_blocks(*rows)


def nonsense(rng: random.Random) -> LowQuality:
    """Words that no language has."""
    lines = []
    for _ in range(6):
        words = ["".join(rng.choices(SYLLABLES, k=rng.randrange(1, 5))) for _ in range(rng.randrange(18, 40))]
        lines.append(" ".join(words).capitalize() + ".")
    return " ".join(lines[0].split()[:4]), text_blocks(*lines)


def encoded(rng: random.Random) -> LowQuality:
    """A file that ended up in the text."""
    lines = [base64.b64encode(rng.randbytes(57)).decode() for _ in range(40)]
    return "Attachment", text_blocks(*lines)


def parrot(article: Article) -> LowQuality:
    """An article that says everything four times."""
    return article.title, text_blocks(*(" ".join([block.text] * 4) for block in article.blocks[:4]))


def stuffed(rng: random.Random) -> LowQuality:
    """Keywords for search engines, in one breath."""
    goods = rng.choice(GOODS)
    phrase = f"If you want to buy cheap {goods} online then our cheap {goods} are the best {goods} that you can have."
    return f"Buy cheap {goods} online", text_blocks(*(" ".join([phrase] * rng.randrange(3, 6)) for _ in range(5)))


def doorway(rng: random.Random) -> LowQuality:
    """The same line for every town."""
    goods = rng.choice(GOODS)
    lines = [
        f"We are the number one shop for {goods} in {town} and we deliver {goods} to {town} with care."
        for town in TOWNS
    ]
    return f"{goods.capitalize()} in {rng.choice(TOWNS)}", text_blocks(*lines)


def shouted(article: Article, rng: random.Random) -> LowQuality:
    """An article with so many slogans and counters between its paragraphs that the page is lost."""
    mixed = list(article.blocks[:7])
    for text in (*SHOUTS, *rng.sample(COUNTERS, 3)):
        mixed.insert(rng.randrange(1, len(mixed) + 1), Block("p", text))
    return article.title, tuple(mixed)


def counted(article: Article, rng: random.Random) -> LowQuality:
    """An article with one counter in it, which the line-wise corrections take out."""
    mixed = list(article.blocks)
    mixed.insert(rng.randrange(1, len(mixed) + 1), Block("p", rng.choice(COUNTERS)))
    return article.title, tuple(mixed)
