"""The application behind `mews serve`: addresses, templates, and what errors look like."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pipeline.errors import MewsError, UsageError
from pipeline.root import redact
from pipeline.stage import Stage
from report.limits import number
from report.page.html import ASSETS
from report.serve.contents import RunContents
from report.serve.doorkeeper import App, Doorkeeper
from report.status import duration, size_of, slow_line

FOLDER = Path(__file__).parent / "templates"
LONGEST = 300  # characters of a value that is asked with
NAV = {"": "Status", "pages": "Pages", "families": "Families", "shards": "Shards"}
Values = dict[str, str]


def serve_app(root: str, stages: Sequence[Stage], token: str) -> App:
    """The application of a run; `stages` are those of its recipe, without which limits and families are not shown."""
    contents, templates = RunContents(root, stages), _templates(root)
    told: dict[str, Callable[[Values], dict[str, Any]]] = {
        "home": contents.home,
        "live": contents.live,
        "pages": contents.pages,
        "page": contents.page,
        "families": contents.families,
        "family": contents.family,
        "shards": contents.shards,
    }
    routes = [Route(f"/{name.replace('home', '')}", _page(name, tell, templates)) for name, tell in told.items()]
    style = (ASSETS / "style.css").read_text() + (FOLDER / "serve.css").read_text()
    routes.append(Route("/serve.css", _file(style, "text/css")))
    routes.append(Route("/serve.js", _file((FOLDER / "serve.js").read_text(), "text/javascript")))
    return Doorkeeper(Starlette(routes=routes), token)


def _templates(root: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"count": "{:,}".format, "number": number, "size": size_of, "duration": duration}
    environment.tests["web"] = lambda url: url.lower().startswith(("http://", "https://"))
    environment.globals |= {"root": redact(root), "nav": NAV, "slow_line": slow_line}
    return environment


def _file(text: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return Response(text, media_type=kind)

    return answer


def _page(
    name: str, tell: Callable[[Values], dict[str, Any]], templates: jinja2.Environment
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: what `tell` says of the values in the address, in the template of this name."""

    def make(base: str, asked: Values) -> Response:
        template, code = f"{name}.html", 200
        try:
            told = tell(asked)
        except (MewsError, OSError, duckdb.Error, pa.ArrowException) as error:
            # A shard that is made anew at this moment, a page that is in no file, an object store out of reach.
            code = 404 if isinstance(error, UsageError) else 503
            template, told = "error.html", {"why": redact(" ".join(str(error).split()))[:LONGEST]}
        here = {"home": "", "page": "pages", "family": "families"}.get(name, name)
        return HTMLResponse(templates.get_template(template).render(base=base, here=here, asked=asked, **told), code)

    async def answer(request: Request) -> Response:
        asked = {key: value[:LONGEST] for key, value in request.query_params.items()}
        return await run_in_threadpool(make, request.scope["base"], asked)

    return answer
