"""`mews submit`, `jobs`, `logs`, `stop`: a recipe as a job of a Ray cluster, which goes on when this machine leaves."""

import os
import re
import secrets
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from mews.job_packages import pinned_packages
from mews.job_server import Job, JobServer, connect
from mews.recipe_loader import recipe_call
from mews.run import Anyway, Arguments, RecipeName
from pipeline.errors import UsageError
from pipeline.modules import REPO_ROOT, reached
from pipeline.root import checked, redact
from pipeline.shipping import folders_of, pack_folder
from report.tables import aligned
from report.terminal import for_terminal, print_line

# What is said to this process and not to the cluster's, but concerns the work.
HANDED_ON = ("MEWS_COMMONCRAWL", "MEWS_CONTACT", "MEWS_REQUESTS")
REFUSED = 2  # exit code of a run that was refused
LEFT = 130  # exit code when a person leaves a job that goes on

Address = Annotated[
    str | None, typer.Option(help="The dashboard of the cluster, http://head:8265; by default RAY_ADDRESS.")
]
JobName = Annotated[str, typer.Argument(metavar="JOB", help="The name of a job, as mews jobs lists it.")]


class Packages(StrEnum):
    """Where the packages of a job come from: they are installed on the machines, or pip installs them for the job."""

    installed = "installed"
    pip = "pip"


def submit_command(
    recipe: RecipeName,
    arguments: Arguments = None,
    root: Annotated[str, typer.Option("--root", help="Where everything is written: s3://bucket/prefix.")] = "",
    address: Address = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Tasks at a time; default: all processors.")] = None,
    packages: Annotated[
        Packages, typer.Option(help="Installed on the machines, or by pip for the job, as constraints.txt pins them.")
    ] = Packages.installed,
    env: Annotated[
        list[str] | None, typer.Option(help="A variable of this environment that the job gets, too.")
    ] = None,
    anyway: Anyway = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not follow the log.")] = False,
) -> int:
    """Run a recipe on a cluster as a job, and follow its log; exits with the job's exit code.

    This project goes there as it is here, and the folder of a recipe of yours. Ctrl-C leaves the job running.
    """
    console = Console(stderr=True)
    recipe_call(recipe, arguments or [])
    check_root(root)
    variables = handed_on(env or [])
    pip = {"pip": {"packages": pinned_packages(), "pip_check": False}} if packages is Packages.pip else {}
    server = connect(address, ask_token)
    name, own = own_code(recipe)
    shipped = [server.ship(pack_folder(folder)) for folder in (REPO_ROOT, *own)]
    command = ["python", "-m", "mews", "run", name, "--root", root, *(arguments or [])]
    command += [*(["--workers", str(workers)] if workers else []), *(["--anyway"] if anyway else [])]
    job = f"mews-{re.sub(r'[^a-z0-9]+', '-', name.rpartition('.')[2].lower())}-{secrets.token_hex(4)}"
    modules = {"py_modules": shipped[1:]} if own else {}  # of an empty list Ray would fetch what has no name
    environment = {"working_dir": shipped[0], "env_vars": variables, **modules, **pip}
    server.submit(job, shlex.join(command), environment)
    print_line(f"{server.address} runs {job}; {_how_to(job)}", console)
    return 0 if detach else follow(server, job, console)


def logs_command(job: JobName, address: Address = None) -> int:
    """Follow the log of a job from its beginning to its end; exits with the job's exit code."""
    return follow(connect(address, ask_token), job, Console(stderr=True))


def jobs_command(address: Address = None) -> None:
    """List the jobs of a cluster: how each stands, how long it ran, and its command."""
    rows = [("job", "status", "time", "command"), *map(_row, connect(address, ask_token).jobs())]
    for line in aligned(rows, (True, True, False, True)):
        print_line(line, Console())


def stop_command(job: JobName, address: Address = None) -> None:
    """End a job; what it made is kept, and the same command goes on from there."""
    stopped = connect(address, ask_token).stop(job)
    print_line(f"{job} {'is told to end; what it made is kept' if stopped else 'had ended before'}", Console())


def follow(server: JobServer, job: str, console: Console) -> int:
    """Print the log of a job until it ends; returns its exit code. Ctrl-C leaves it running, with exit code `LEFT`."""
    end = line = ""

    def write(text: str) -> None:
        nonlocal end, line
        end = (end + text)[-2000:]
        whole, newline, line = (line + text).rpartition("\n")  # Ray tells the command, of which the root may hold keys
        sys.stdout.write(for_terminal(redact(whole + newline)))
        sys.stdout.flush()

    try:
        ended = server.follow(job, write)
        write("\n" if line else "")
    except KeyboardInterrupt:
        print_line(f"{job} goes on; {_how_to(job)}", console)
        sys.exit(LEFT)
    if ended.code:
        refused = ended.code == REFUSED  # nothing was begun
        goes_on = "" if refused else "; the same command goes on with what is not made yet"
        print_line(f"error: {job} {_why(ended, end)}{goes_on}", console)
    return ended.code


def check_root(root: str) -> None:
    """Raise UsageError when a root cannot be one that all machines of a cluster reach."""
    url = checked(root) if root else ""
    if "://" not in url and not os.path.isabs(url):
        raise UsageError(
            f"{root or 'no root'}: the machines of a cluster need one that all of them reach; give --root "
            "s3://bucket/prefix, or the absolute path of a shared folder"
        )


def own_code(recipe: str) -> tuple[str, list[Path]]:
    """The name by which a cluster imports a recipe, and the folders outside of this project that its code lies in."""
    file = Path(recipe).expanduser().resolve() if recipe.endswith(".py") else None
    if file and file.is_relative_to(REPO_ROOT):
        return ".".join(file.relative_to(REPO_ROOT).with_suffix("").parts), []
    name = file.stem if file else recipe
    return name, folders_of(sorted(reached(name)))


def handed_on(names: Sequence[str]) -> dict[str, str]:
    """The variables of this environment that a job gets. Raises UsageError on a name that is not set."""
    if missing := [name for name in names if name not in os.environ]:
        raise UsageError(f"--env {missing[0]}: there is no such variable here; set it")
    return {name: os.environ[name] for name in (*HANDED_ON, *names) if name in os.environ}


def ask_token(question: str) -> str:
    """The answer of a person, which is not shown."""
    return typer.prompt(question, hide_input=True, err=True)


def _how_to(job: str) -> str:
    return f"mews logs {job} follows it, mews stop {job} ends it, mews jobs lists all"


def _why(job: Job, end: str) -> str:
    """Why a job came to nothing; `end` is the end of its log."""
    if job.status == "STOPPED":
        return "was stopped"
    if wanting := re.search(r"^ModuleNotFoundError: (.+)$", end, re.M):
        return f"found not all packages ({wanting[1]}): install them on the cluster's machines, or give --packages pip"
    if job.exit_code is not None:
        return f"ended with exit code {job.exit_code}"
    return f"failed: {redact(' '.join(job.message.split()))[-500:]}"


def _row(job: Job) -> tuple[Any, ...]:
    took = timedelta(seconds=round((job.ended or time.time()) - job.began) if job.began else 0)
    return job.id, job.status.lower(), str(took), redact(job.entrypoint)
