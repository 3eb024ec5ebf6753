"""The command line: `mews run recipes.refinedweb --root DIR snapshot=sample`; `mews --help` lists all commands."""

import sys

import pyarrow as pa
import typer

from mews import push, quality, repairs, reports, run, serve, submit, tokenizer
from pipeline.errors import MewsError
from report.terminal import for_terminal

INTERRUPTED = 130

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Common Crawl to pretraining data.")
app.command("run", cls=run.RecipeCommand)(run.run_command)
app.command("plan", cls=run.RecipeCommand)(run.plan_command)
app.command("submit", cls=run.RecipeCommand)(submit.submit_command)
app.command("jobs")(submit.jobs_command)
app.command("logs")(submit.logs_command)
app.command("stop")(submit.stop_command)
app.command("stats")(reports.stats_command)
app.command("status")(reports.status_command)
app.command("verify")(repairs.verify_command)
app.command("report")(reports.html_report_command)
app.command("serve")(serve.serve_command)
app.command("samples")(reports.samples_command)
app.command("explain")(reports.explain_command)
app.command("whatif")(reports.whatif_command)
app.command("compare")(reports.compare_command)
app.command("family")(reports.family_command)
app.command("push")(push.push_command)
app.command("replay")(repairs.replay_command)
app.add_typer(tokenizer.app, name="tokenizer")
app.add_typer(quality.app, name="quality")


def main(arguments: list[str] | None = None) -> None:
    """Run one command, by default that of the command line, and exit: 0 done, 1 failed, 2 wrong usage.

    Every error is one line on stderr that begins with "error: ".
    """
    try:
        code = app((sys.argv[1:] if arguments is None else arguments) or ["--help"], standalone_mode=False)
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
