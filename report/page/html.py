"""The HTML of a report: a template, a style sheet and scripts of our own, all in one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from report.page.payload import embedded

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("data", "fates", "dom", "funnel", "limits", "samples", "contents", "tables", "main")


def html_page(data: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """The page. Nothing of the data is HTML: it is packed, and the scripts write it as text."""
    loader = jinja2.FileSystemLoader(ASSETS)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("page.html").render(
        title=f"{data['recipe'] or 'a run'} · Mews",
        style=(ASSETS / "style.css").read_text(),
        scripts=[(ASSETS / f"{name}.js").read_text() for name in SCRIPTS],
        payload=embedded(data, arrays),
    )
