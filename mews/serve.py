"""`mews serve`: a run in the browser, live while it goes on."""

import secrets
import socket
from typing import Annotated

import typer

from mews.reports import Run, stages_or_none
from pipeline.errors import UsageError
from pipeline.root import redact
from report.terminal import for_terminal

LOOPBACK = "127.0.0.1"


def serve_command(
    root: Run,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; by default a free one.")] = 0,
) -> None:
    """Show a run in the browser, live while it goes on: status, all pages with what became of them, families, shards.

    Only this machine can ask, and only with the address that is printed, which has a token. Nothing is changed.
    """
    import uvicorn  # with the application, which loads DuckDB: other commands do without

    from report.serve.app import serve_app

    token = secrets.token_urlsafe(24)
    app = serve_app(root, stages_or_none(root), token)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
            listening.listen()  # who asks as soon as the address is printed waits
        except OSError as error:
            raise UsageError(f"port {port} cannot be had: {error.strerror}; give another --port, or none") from None
        address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/{token}/"
        print(for_terminal(f"{redact(root)} is shown at {address} (Ctrl-C ends)"), flush=True)
        settings = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, limit_concurrency=64,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        try:
            uvicorn.Server(settings).run(sockets=[listening])
        except KeyboardInterrupt:
            return
