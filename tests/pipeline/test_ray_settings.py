"""How Ray is told to begin: a cluster of one that nobody else can use, and what a cluster of many is brought."""

import os
import sys
from pathlib import Path

import pytest

from pipeline.modules import REPO_ROOT
from pipeline.ray_settings import choose_own_cluster, joined_cluster, this_machine

OURS = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that the settings set go with the test."""
    for name in OURS:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_a_cluster_of_ones_own_binds_to_loopback_and_asks_for_a_token_that_nobody_knows():
    tokens = set()
    for _ in range(2):
        os.environ.pop("RAY_AUTH_TOKEN", None)
        choose_own_cluster()
        tokens.add(os.environ["RAY_AUTH_TOKEN"])
        assert os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0" and os.environ["RAY_AUTH_MODE"] == "token"
    assert len(tokens) == 2 and all(len(token) == 64 and set(token) <= set("0123456789abcdef") for token in tokens)


def test_a_token_that_is_given_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAY_AUTH_TOKEN", "mine")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    choose_own_cluster()
    assert (os.environ["RAY_AUTH_TOKEN"], os.environ["RAY_AUTH_MODE"]) == ("mine", "disabled")


def test_this_machine_imports_there_what_is_imported_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(REPO_ROOT), "recipes of mine", "/opt/x", "/opt/x"])
    paths = os.pathsep.join([str(REPO_ROOT), str(tmp_path), f"{tmp_path}/recipes of mine", "/opt/x"])
    assert this_machine(3) == {
        "address": "local",
        "num_cpus": 3,
        "include_dashboard": False,
        "object_store_memory": 104_857_600,
        "_node_ip_address": "127.0.0.1",
        "runtime_env": {"env_vars": {"PYTHONPATH": paths}},
    }
    assert this_machine(None)["num_cpus"] == os.cpu_count()


def test_a_cluster_is_brought_the_code_without_data_unless_a_job_has_it(monkeypatch: pytest.MonkeyPatch):
    joined = joined_cluster("head:6379")
    brought = joined.pop("runtime_env")
    assert joined == {"address": "head:6379"}
    assert brought["working_dir"] == str(REPO_ROOT)
    assert {".git", ".venv", "out", "**/*.parquet", "**/*.warc.gz"} <= set(brought["excludes"])
    monkeypatch.setenv("RAY_JOB_CONFIG_JSON_ENV_VAR", "{}")
    assert joined_cluster("head:6379") == {"address": "head:6379", "runtime_env": None}
