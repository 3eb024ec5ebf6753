"""The part of the Hugging Face hub that an upload meets, on loopback."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hub:
    """What was uploaded: the files of each commit and large files by their hash. `refuse` answers 403 to all."""

    url: str = ""
    refuse: bool = False
    repositories: list[dict[str, Any]] = field(default_factory=list)
    large: dict[str, bytes] = field(default_factory=dict)
    committed: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)


class HubHandler(BaseHTTPRequestHandler):
    """Answers as the hub's interface does."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_POST(self) -> None:
        """One of the requests of an upload."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        if self.hub.refuse:
            return self.answer({"error": "no right to write"}, 403)
        if self.path.endswith("/commit/main"):
            return self.answer(self.commit([json.loads(line) for line in body.splitlines()]))
        asked = json.loads(body)
        if self.path == "/api/repos/create":
            self.hub.repositories.append(asked)
            return self.answer({"url": f"{self.hub.url}/datasets/{asked['organization']}/{asked['name']}"})
        if "/preupload/" in self.path:
            modes = {True: "lfs", False: "regular"}
            files = [{"path": f["path"], "uploadMode": modes[f["path"].endswith("parquet")]} for f in asked["files"]]
            return self.answer({"files": [{**file, "shouldIgnore": False} for file in files]})
        if self.path.endswith("/objects/batch"):
            objects = [
                {**each, "actions": {"upload": {"href": f"{self.hub.url}/put/{each['oid']}"}}}
                for each in asked["objects"]
            ]
            return self.answer({"transfer": "basic", "objects": objects})
        return self.answer({})

    def do_PUT(self) -> None:
        """A large file."""
        self.hub.large[self.path.rpartition("/")[2]] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({})

    def commit(self, lines: list[dict[str, Any]]) -> dict[str, str]:
        """Take the files of a commit."""
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                self.hub.committed[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                self.hub.committed[value["path"]] = self.hub.large[value["oid"]]
        return {"commitUrl": f"{self.hub.url}/datasets/me/pages/commit/1", "commitOid": "1" * 40, "hookOutput": ""}

    def answer(self, said: Any, status: int = 200) -> None:
        """Send an object as JSON."""
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written to the terminal."""


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """A hub that runs while the block does."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (HubHandler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
