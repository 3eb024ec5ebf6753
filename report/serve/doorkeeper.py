"""What every request passes: only GET, only this machine's names as Host, and only who knows the token."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# A page of another site that has its name resolve to 127.0.0.1 sends that name as Host.
HOSTS = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the token is in the address
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Doorkeeper:
    """An ASGI application around another, which sees the paths behind `/<token>`."""

    def __init__(self, app: App, token: str):
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on; every answer has HEADERS."""
        if scope["type"] != "http":  # "lifespan"; a websocket is closed before it opens
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
            await send(message)

        if refused := self._refused(scope):
            await PlainTextResponse(*refused)(scope, receive, send_guarded)
            return
        base = f"/{self._token}"
        await self._app({**scope, "path": scope["path"][len(base) :] or "/", "base": base}, receive, send_guarded)

    def _refused(self, scope: Scope) -> tuple[str, int] | None:
        if scope["method"] != "GET":
            return "this server only reads: GET\n", 405
        host = Headers(scope=scope).get("host", "").lower()
        if (host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host) not in HOSTS:
            return "not a name of this machine\n", 403
        given = scope["path"].split("/")[1]
        if not hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
            return "the address needs its token, which `mews serve` printed\n", 403
        return None
