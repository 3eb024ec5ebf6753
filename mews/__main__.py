"""The command line: `mews run recipes.refinedweb --root DIR snapshot=sample`; `mews --help` lists all commands."""

import atexit
import gc
import sys
from importlib import import_module

import pyarrow as pa
import typer
from typer.core import TyperCommand

from pipeline.errors import MewsError
from pipeline.garbage import loading
from report.terminal import for_terminal

INTERRUPTED = 130
TAKE_A_RECIPE = ("run", "plan", "submit")  # whose --help lists the arguments of the recipe
COMMANDS = {  # in the order of --help: where each is defined, below this package
    "run": "run.run_command",
    "plan": "run.plan_command",
    "submit": "submit.submit_command",
    "jobs": "submit.jobs_command",
    "logs": "submit.logs_command",
    "stop": "submit.stop_command",
    "stats": "reports.stats_command",
    "status": "reports.status_command",
    "verify": "repairs.verify_command",
    "report": "reports.html_report_command",
    "serve": "serve.serve_command",
    "samples": "reports.samples_command",
    "explain": "reports.explain_command",
    "whatif": "reports.whatif_command",
    "compare": "reports.compare_command",
    "family": "reports.family_command",
    "push": "push.push_command",
    "replay": "repairs.replay_command",
    "tokenizer": "tokenizer.app",
    "quality": "quality.app",
    "mixture": "mixture.app",
}


def command_line(word: str = "") -> typer.Typer:
    """The command line, with all commands when `word` is none of them.

    What the others import takes longer than most commands do, so with a command only that one is there.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Common Crawl to pretraining data.")
    app.callback()(_named)  # one command alone would have no name without it
    for name in (word,) if word in COMMANDS else COMMANDS:
        module, _, function = COMMANDS[name].partition(".")
        found = getattr(import_module(f"mews.{module}"), function)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name, cls=_recipe_command() if name in TAKE_A_RECIPE else None)(found)
    return app


def _named() -> None:
    """Every command is called by its name."""


def _recipe_command() -> type[TyperCommand]:
    from mews.run import RecipeCommand

    return RecipeCommand


def main(arguments: list[str] | None = None) -> None:
    """Run one command, by default that of the command line, and exit: 0 done, 1 failed, 2 wrong usage.

    Every error is one line on stderr that begins with "error: ".
    """
    try:
        words = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
        atexit.register(gc.freeze)  # what ends with the process need not be looked at once more
        with loading():
            command = command_line(words[0])
        code = command(words, standalone_mode=False)
    except MewsError as error:
        _end(str(error), error.exit_code)
    except (OSError, pa.ArrowException) as error:
        _end(_what_failed(error), 1)
    except typer.TyperException as error:
        _end(f"{error.format_message().rstrip('.')}; mews --help says more", error.exit_code)
    else:
        if code == INTERRUPTED:
            _end("interrupted; the same command goes on with what is not made yet", code)
        sys.exit(code or 0)


def _what_failed(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def _end(why: str, code: int) -> None:
    print(for_terminal(f"error: {why}"), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
