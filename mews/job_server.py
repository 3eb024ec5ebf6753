"""Ray's Jobs API over HTTP: the dashboard of a cluster takes jobs, runs them on the head, and tells their logs.

Spoken here and not by `ray.job_submission`, which imports all of Ray, takes a token from the environment only, and has
no way to send a folder so that the modules in it are imported by their own names.
"""

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import aiohttp
import httpx

from pipeline.errors import RunnerLost, UsageError
from pipeline.ray_access import WHERE, find_token
from pipeline.runner import one_line

ENDED = ("SUCCEEDED", "FAILED", "STOPPED")
PATIENCE = 120.0  # seconds that a dashboard may be out of reach while a log is followed
PAUSE = 1.0


class OutOfReach(RunnerLost):
    """The dashboard does not answer now, and may do so later."""


class Job(NamedTuple):
    """What the cluster knows of a job; times are seconds since 1970, 0 when there is none yet."""

    id: str
    status: str
    entrypoint: str
    message: str
    began: float
    ended: float
    exit_code: int | None

    @property
    def over(self) -> bool:
        """Whether it does not run any more, nor waits to."""
        return self.status in ENDED

    @property
    def code(self) -> int:
        """The exit code of its command; 1 when it ended without one."""
        return 0 if self.status == "SUCCEEDED" else self.exit_code or 1


class JobServer:
    """The jobs of the cluster whose dashboard is at `address` ("http://head:8265").

    All methods raise OutOfReach when it does not answer, RunnerLost when it refuses, and UsageError when it does not
    know the job.
    """

    def __init__(self, address: str, token: str = ""):
        self.address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.address, headers=self._headers, timeout=60)

    def status_code(self) -> int:
        """What it answers to us: 200, 401 when it wants a token, 403 when it does not take ours."""
        return self._ask("GET", "/api/version").status_code

    def ship(self, archive: bytes) -> str:
        """Keep a zip archive on the cluster, unless it is there already; returns the URI for a runtime environment."""
        name = f"_ray_pkg_{hashlib.sha256(archive).hexdigest()[:32]}.zip"
        if self._ask("GET", f"/api/packages/gcs/{name}").status_code != 200:
            self._call("PUT", f"/api/packages/gcs/{name}", content=archive)
        return f"gcs://{name}"

    def submit(self, job: str, entrypoint: str, runtime_env: Mapping[str, Any]) -> None:
        """Let the cluster run a shell command under the name `job`, which must be new to it."""
        self._call(
            "POST",
            "/api/jobs/",
            json={"entrypoint": entrypoint, "submission_id": job, "runtime_env": dict(runtime_env)},
        )

    def jobs(self) -> list[Job]:
        """All jobs that the cluster remembers, the oldest first."""
        return sorted(map(_job, self._call("GET", "/api/jobs/").json()), key=lambda job: job.began)

    def job(self, job: str) -> Job:
        """One job."""
        return _job(self._call("GET", f"/api/jobs/{job}").json())

    def stop(self, job: str) -> bool:
        """Ask a job to end; false when it had ended before."""
        return self._call("POST", f"/api/jobs/{job}/stop").json()["stopped"]

    def log(self, job: str) -> str:
        """What a job has printed so far."""
        return self._call("GET", f"/api/jobs/{job}/logs").json()["logs"]

    def follow(self, job: str, write: Callable[[str], object]) -> Job:
        """Give `write` all that a job prints, from its beginning and as it comes, until it ends; returns how it ended.

        A connection that breaks is made again. Raises RunnerLost after `PATIENCE` seconds out of reach.
        """
        log, lost = _Log(write), 0.0
        while True:
            try:
                found, lost = self.job(job), 0.0
                asyncio.run(self._tail(job, log))
                if found.over:
                    return found
            except (OutOfReach, aiohttp.ClientError, OSError) as error:
                lost = lost or time.monotonic()
                if time.monotonic() - lost > PATIENCE:
                    raise OutOfReach(f"{self.address} is out of reach: {one_line(error)}; {job} may go on") from None
            time.sleep(PAUSE)

    async def _tail(self, job: str, log: "_Log") -> None:
        log.again()
        url = f"{self.address}/api/jobs/{job}/logs/tail"
        async with aiohttp.ClientSession(headers=self._headers) as session, session.ws_connect(url) as socket:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    log.add(message.data)

    def _call(self, method: str, path: str, **content: Any) -> httpx.Response:
        answer = self._ask(method, path, **content)
        if answer.is_success:
            return answer
        said = (answer.text.strip().splitlines() or [answer.reason_phrase])[-1][:300]
        if answer.status_code == 404:
            raise UsageError(f"{said}; mews jobs lists those that {self.address} knows")
        kind = OutOfReach if answer.is_server_error else RunnerLost
        raise kind(f"{self.address} answers {answer.status_code}: {said}")

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **content)
        except httpx.HTTPError as error:
            raise OutOfReach(f"no cluster takes jobs at {self.address}: {one_line(error)}") from None


class _Log:
    """A log that is told from its beginning each time, and of which nothing is written twice."""

    def __init__(self, write: Callable[[str], object]):
        self._write, self._written, self._told = write, 0, 0

    def again(self) -> None:
        self._told = 0

    def add(self, text: str) -> None:
        new = text[max(self._written - self._told, 0) :]
        self._told += len(text)
        self._written = max(self._written, self._told)
        if new:
            self._write(new)


def _job(raw: Mapping[str, Any]) -> Job:
    began, ended = ((raw.get(name) or 0) / 1000 for name in ("start_time", "end_time"))
    name = raw.get("submission_id") or raw.get("job_id") or "?"
    status, entrypoint, message = (str(raw.get(key) or "") for key in ("status", "entrypoint", "message"))
    return Job(name, status, entrypoint, message, began, ended, raw.get("driver_exit_code"))


def connect(address: str | None, ask: Callable[[str], str]) -> JobServer:
    """The jobs of the cluster at `address`, or at RAY_ADDRESS, with the token that Ray would use.

    Where a token is wanted and none is found, `ask` is given a question and returns it. Raises UsageError on an
    address of another kind, RunnerLost when nobody takes jobs there, or not with this token.
    """
    address = address or os.environ.get("RAY_ADDRESS", "")
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            f"{address or 'no address'}: jobs go to the dashboard of a cluster; give --address http://head:8265"
        )
    if JobServer(address).status_code() not in (401, 403):
        return JobServer(address)
    token, named = find_token()
    if not token and sys.stdin.isatty():
        token, named = ask(f"token of {address} (ray get-auth-token tells it on the head)").strip(), "your answer"
    if not token:
        raise RunnerLost(f"{address} asks for a token: put it in {WHERE} (the head tells it: ray get-auth-token)")
    server = JobServer(address, token)
    if server.status_code() in (401, 403):
        raise RunnerLost(f"{address} does not take the token in {named} (the head tells it: ray get-auth-token)")
    return server
