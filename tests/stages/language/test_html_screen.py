"""What a page seems to say, before it is extracted."""

import pytest

from stages.language.html_screen import preview_text

GERMAN = "Die Häuser am Fluß gehören den Müllern, und für ihre Töchter wären größere schöner. " * 6


@pytest.mark.parametrize("page", ["<body><p>{}</p>", "<body><div>{}</div>", "<p>kurz</p><script>{}</script>{}"])
@pytest.mark.parametrize("charset", ["cp1252", "utf-8", "utf-16"])
def test_the_preview_is_whole_in_any_charset(page, charset):
    html = page.replace("{}", GERMAN)
    assert GERMAN.strip() in preview_text(html.encode(charset), charset)
    assert preview_text(html.encode(charset), charset) == preview_text(html.encode(), "utf-8")


@pytest.mark.parametrize("hidden", ["<script>{}</script>", "<STYLE>{}</STYLE>", "<!-- {} -->", "<a title='{}'>"])
def test_what_shows_nothing_is_not_in_the_preview(hidden):
    html = f"<body>{hidden.replace('{}', 'ünseen words')}<div>{GERMAN}"
    assert preview_text(html.encode("cp1252"), "cp1252") == GERMAN.strip()
