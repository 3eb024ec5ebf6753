"""Setting up: uv is told what pip's settings say, and pip does what uv cannot."""

from types import SimpleNamespace

import pytest

import install

SETTINGS = """\
:env:.find-links='/wheels'
global.cert='/ca.pem'
global.extra-index-url='file:///one/simple file:///two/simple'
global.find-links='/wheels'
user.index-url='file:///all/simple'
"""


def test_uv_is_told_of_the_indexes_of_pip():
    assert install.uv_options(SETTINGS) == [
        "--find-links", "/wheels", "--extra-index-url", "file:///one/simple", "--extra-index-url", "file:///two/simple",
        "--default-index", "file:///all/simple",
    ]  # fmt: skip
    assert install.uv_options("") == []
    assert install.uv_options("global.extra-index-url='\\nfile:///one\\nfile:///two'") == [
        "--extra-index-url", "file:///one", "--extra-index-url", "file:///two",
    ]  # fmt: skip


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch):
    """The commands that are run, and the exit codes that they have, by a word in them."""
    run, codes = list[tuple[list[str], dict[str, str]]](), dict[str, int]()

    def fake(command: list[str], env: dict[str, str] | None = None, **_: object) -> SimpleNamespace:
        run.append((command, env or {}))
        code = next((code for word, code in codes.items() if word in " ".join(command)), 0)
        return SimpleNamespace(returncode=code, stdout=SETTINGS)

    monkeypatch.setattr(install.subprocess, "run", fake)
    return run, codes


def test_uv_installs_with_the_certificates_of_pip(commands):
    run, _ = commands
    assert install.main(["x"]) == 0
    assert [command[2] for command, _ in run] == ["pip", "pip", "uv"] and run[0][0][-1] == "uv"
    assert run[-1][0][-1] == "x" and "constraints.txt" in run[-1][0] and "file:///one/simple" in run[-1][0]
    assert run[-1][1]["SSL_CERT_FILE"] == "/ca.pem"


@pytest.mark.parametrize("fails", ["constraints.txt uv", "-m uv pip"])
def test_pip_does_what_uv_cannot(commands, fails: str, capsys):
    run, codes = commands
    codes |= {fails: 1, "constraints.txt x": 3}
    assert install.main(["x"]) == 3
    assert run[-1][0][1:4] == ["-m", "pip", "install"] and run[-1][0][-1] == "x"
    assert "pip does" in capsys.readouterr().err
