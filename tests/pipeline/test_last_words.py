"""Last words: said when a process is ended from inside of its libraries or killed, and not when Python ends it."""

import os
import subprocess
import sys

import pytest

from pipeline.last_words import LastWords

CODE = """
import os, signal, sys
from pipeline.last_words import LastWords
words = LastWords("these are the last words")
{end}
"""


def ended(end: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CODE.format(end=end)], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("end", "code"), [("os._exit(1)", 1), ("os.kill(os.getpid(), signal.SIGKILL)", -9)])
def test_they_are_said_of_an_end_that_python_does_not_see(end: str, code: int):
    done = ended(end)
    assert (done.returncode, done.stderr) == (code, "these are the last words\n")


def test_what_waits_for_the_end_is_gone_once_nothing_needs_to_be_said(capfd: pytest.CaptureFixture[str]):
    words = LastWords("nothing")
    watcher = words._watcher
    assert watcher.poll() is None and os.getsid(watcher.pid) == watcher.pid, "Ctrl-C does not reach it"
    words.keep()
    assert watcher.poll() == 0
    words.keep()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "words.keep(); os._exit(0)", "words.keep(); words.keep()"])
def test_they_are_not_said_when_all_ends_as_it_should(end: str):
    assert ended(end).stderr == ""


def test_an_error_is_all_that_is_said():
    assert ended("raise ValueError('x')").stderr.endswith("ValueError: x\n")
