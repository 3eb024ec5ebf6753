"""Line-wise corrections: what goes, what is cut, what stays, and when the page goes."""

import time

import pytest

from filters.boilerplate_phrases import ANYWHERE, COUNTED, END, START
from filters.lines import LineCorrections, corrections, ends_sentence, phrase_expressions
from pipeline.doc import Doc

correct = LineCorrections().correct
LINES = [
    ("The ships came home in the evening.", "The ships came home in the evening."),
    ("ALL THE NEWS OF TODAY", None),
    ("ALL THE NEWS of the day and night", "ALL THE NEWS of the day and night"),
    ("31415", None),
    ("12/05/2020 10:30", None),
    ("(1) 12.50 - 25 %", None),
    ("12 apples", "12 apples"),
    ("* * *", "* * *"),
    ("3 likes", None),
    ("· 1,204 Comments ·", None),
    ("1.2k shares", None),
    ("We had 3 likes", "We had 3 likes"),
    ("3 likes were not enough for her", "3 likes were not enough for her"),
    ("Home", None),
    ("Sign-in to see your messages", "to see your messages"),
    ("Sign in", None),
    ("She had to sign in", "She had to sign in"),
    ("Read more...", None),
    ("The council met on Monday. Read more...", "The council met on Monday."),
    ("Read more books than you own", "Read more books than you own"),
    ("You have 3 items in cart now", "You have 3 now"),
    (*["Eleven words are too many for what is cut, read more"] * 2,),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "left"), LINES)
def test_english_lines(line, left):
    text, flagged, words = correct(line)
    assert text == (left or "")
    assert words == len(line.split())
    assert flagged == (words if left != line else 0)


SENTENCES = [
    "Sign in to the Azure portal.",
    "Log in to your server with SSH.",
    "Sign-up is free for students!",
    "Skip to content that you like?",
    "I would like to learn more.",
    "Those who want to know how to see more.",
    "The items in your cart are kept for an hour.",
    "Press add to cart, then pay.",
    "He said: “Sign up for the course.”",
    "Log in (or ask the owner to let you in.)",
    "Login 2.0 came in May.",
]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_phrase_inside_a_sentence_stays(line):
    assert correct(line)[:2] == (line, 0)
    assert correct(f"  {line} ")[:2] == (f"  {line} ", 0)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "Anmelden kann sich jeder, der will."),
        ("es", "Me gustaría saber más."),
        ("fr", "Il faut se connecter pour en savoir plus."),
        ("pt", "Entrar na sala sem bater é feio."),
        ("zh", "Log in 之后请打开设置页面。"),
        ("hi", "Log in करने के बाद पढ़ें।"),
    ],
)
def test_a_phrase_inside_a_sentence_stays_in_other_languages(language, line):
    assert correct(line, language)[:2] == (line, 0)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Sign in.", ""),
        ("Learn more.", ""),
        ("3 items in cart.", ""),
        ("Log in | Help is here.", "Help is here."),
        ("Sign up » It costs nothing.", "It costs nothing."),
        ("The council met on Monday. Read more.", "The council met on Monday."),
        ("The council met on Monday! Learn more.", "The council met on Monday!"),
        ("The council met… Read more.", "The council met…"),
        ("The council met on Monday | Read more.", "The council met on Monday"),
        ("The council met on Monday (read more).", "The council met on Monday"),
        ("The council met and voted, read more...", "The council met and voted,"),
        ("Sign in to read the news…", "to read the news…"),
        ("Sign in to read the news..", "to read the news.."),
    ],
)
def test_a_phrase_beside_a_sentence_goes(line, left):
    assert correct(line) == (left, len(line.split()), len(line.split()))


@pytest.mark.parametrize("line", ["It is.", "Is it?", "It is!", "“It is.”", "(It is.)", "是。", "है।", "It is.')"])
def test_what_ends_as_a_sentence(line):
    assert ends_sentence(line)


@pytest.mark.parametrize("line", ["", "It is", "It is..", "It is...", "It is…", "It is:", "It is,", "“It is”"])
def test_what_does_not_end_as_a_sentence(line):
    assert not ends_sentence(line)


# A line that begins with boilerplate, one that ends with it, one that holds it, a counter; how many phrases of each.
PHRASES = {
    "en": ("skip navigation to this", "the council read the rest", "go view cart now", "12 upvotes", (9, 9, 7, 26)),
    "de": (
        "direkt zum inhalt der seite",
        "der rat zum artikel",
        "es auf den merkzettel tun",
        "3 aufrufe",
        (5, 5, 4, 8),
    ),
    "es": (
        "ir al contenido de hoy",
        "el consejo saber más",
        "quiero añadir a la cesta ya",
        "7 seguidores",
        (6, 5, 4, 9),
    ),
    "fr": ("passer au contenu du jour", "le conseil voir plus", "tu voir le panier là", "8 abonnés", (5, 5, 3, 8)),
    "it": (
        "salta al contenuto di oggi",
        "il consiglio scopri di più",
        "ora aggiungi al carrello qui",
        "1 commento",
        (4, 5, 2, 7),
    ),
    "pt": (
        "cadastre-se para ver isto",
        "o conselho saiba mais",
        "dois itens no carrinho aqui",
        "2 curtidas",
        (7, 6, 2, 9),
    ),
    "pl": (
        "przejdź do treści na dziś",
        "rada miasta czytaj dalej",
        "teraz dodaj do koszyka tu",
        "5 polubień",
        (4, 5, 2, 8),
    ),
    "nl": ("ga naar de inhoud van nu", "de raad lees verder", "nu in winkelwagen doen", "4 keer gedeeld", (5, 5, 3, 7)),
    "ro": (
        "sari la conținut de azi",
        "consiliul află mai multe",
        "acum adaugă în coș aici",
        "6 răspunsuri",
        (4, 5, 3, 7),
    ),
    "cs": ("přeskočit na obsah dne", "rada města celý článek", "teď vložit do košíku zde", "9 sdílení", (5, 5, 3, 8)),
    "sv": ("gå till innehåll för dagen", "rådet fortsätt läsa", "nu lägg i kundvagn här", "11 visningar", (4, 4, 3, 7)),
}


@pytest.mark.parametrize("language", PHRASES)
def test_a_line_with_each_kind_of_phrase(language):
    start, end, anywhere, counted, sizes = PHRASES[language]
    places = (START, END, ANYWHERE, COUNTED)
    assert tuple(len(place[language].split("|")) for place in places) == sizes
    assert set(PHRASES) == set(START)
    for line in (start, end, anywhere):
        left, flagged, words = correct(line, language)
        assert 0 < len(left.split()) < words == flagged, line
    assert correct(counted, language)[0] == ""
    assert correct(f"{counted} abc", language)[0] == f"{counted} abc"


@pytest.mark.parametrize("language", sorted(START))
def test_every_language_has_its_phrases(language):
    """Each phrase alone is gone, and as part of a longer word it stays."""
    assert START.keys() == END.keys() == ANYWHERE.keys() == COUNTED.keys()
    for phrase in "|".join(place[language] for place in (START, END, ANYWHERE)).split("|"):
        assert phrase_expressions(language).phrase.sub("", phrase).strip() == "", phrase
        assert correct(f"{phrase.title()} abc", language)[1] or phrase in END[language].split("|")
        assert correct(f"xyz{phrase}xyz abc", language)[1] == 0, phrase
    for counted in COUNTED[language].split("|"):
        assert correct(f"1.234 {counted}", language)[0] == ""


def test_the_phrases_of_a_language_do_not_touch_another():
    assert correct("Zum Artikel weiterlesen", "de")[1] == 3
    assert correct("Zum Artikel weiterlesen", "sv")[1] == 0


PROSE = "\n".join(["The quick brown fox jumps over the lazy dog again and again, and then it rests."] * 5)  # 80 words


@pytest.mark.parametrize(
    ("boilerplate", "reason"), [("3 likes\n7 likes", None), ("3 likes\n7 likes\nHome", "flagged"), ("", None)]
)
def test_a_page_goes_when_flagged_words_pass_a_twentieth(boilerplate, reason):
    text, given = corrections(Doc(f"{PROSE}\n{boilerplate}"))
    assert given == reason
    assert text.strip() == PROSE


def test_flagged_words_are_those_of_whole_lines_or_the_removed_ones():
    text = "The council met on Monday. Read more..."
    assert correct(text)[1:] == (7, 7)
    assert LineCorrections(removed_only=True).correct(text)[1:] == (2, 7)


def test_scripts_without_spaces_are_no_single_words():
    line = "天地玄黄宇宙洪荒。"
    assert corrections(Doc(line, fields={"language": "zh"})) == (line, None)


def test_the_language_of_the_doc_chooses_the_phrases():
    line = "Der Rat tagte am Montag weiterlesen"
    assert corrections(Doc(line, fields={"language": "de"})) == ("Der Rat tagte am Montag", "flagged")
    assert corrections(Doc(line, fields={"language": "sv"})) == corrections(Doc(line)) == (line, None)


def test_one_word_is_all_of_a_text():
    assert corrections.measure(Doc("Home")) == {"flagged": 1}
    assert corrections.measure(Doc("")) == {"flagged": 0}


def test_nothing_to_correct_is_left_as_it_is():
    assert corrections(Doc(PROSE)) == (PROSE, None)
    assert corrections(Doc("")) == ("", None)


WORST = ["! ", "1.", "a ", "read ", "- ", "sign ", " | ", "item in ", "…", "likes ", "3 like "]


@pytest.mark.parametrize("unit", WORST)
def test_the_worst_line_costs_little(unit):
    """The longest line that the expressions see, thousands of times; and a line of a million characters."""
    line = (unit * 200)[:200]
    start = time.process_time()
    phrases = phrase_expressions("de")
    for expression in (phrases.counter, phrases.phrase, phrases.apart):
        for _ in range(50):
            expression.search(line)
    correct(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 30
