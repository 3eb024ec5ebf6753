"""deploy/ without a cloud: files against schemas, scripts against shellcheck, and the commands in them against ours."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mews.recipe_loader import recipe_call
from mews.submit import check_root

REPO_ROOT = Path(__file__).resolve().parents[2]
DEPLOY = REPO_ROOT / "deploy"
BIN = Path(sys.executable).parent
PLACEHOLDERS = {"IMAGE", "BUCKET", "CONTACT", "INSTANCE_PROFILE"}
PINS = dict(line.split("==") for line in (REPO_ROOT / "constraints.txt").read_text().split() if "==" in line)


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def only(required: str, optional: str = "", **kinds: Any) -> dict[str, Any]:
    """The schema of an object with these keys and no others; `kinds` are the schemas of some."""
    names = f"{required} {optional}".split()
    properties = {name: kinds.get(name, {}) for name in names}
    return {
        "type": "object", "additionalProperties": False, "required": required.split(), "properties": properties
    }  # fmt: skip


# The fields of ray.io/v1 that deploy/ may use (KubeRay 1.5), and of a pod in it.
COUNT = {"type": "integer", "minimum": 0}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
SIZES = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "cpu": {"type": "string", "pattern": r"^[0-9]+$"},
        "memory": {"type": "string", "pattern": r"^[0-9]+Gi$"},
        "ephemeral-storage": {"type": "string", "pattern": r"^[0-9]+Gi$"},
    },
}
CONTAINER = only(
    "name image resources",
    "env ports",
    resources=only("requests limits", requests=SIZES, limits=SIZES),
    env={"type": "array", "items": only("name value", name={"type": "string"}, value={"type": "string"})},
    ports={"type": "array", "items": only("containerPort name", containerPort=COUNT)},
)
POD = only(
    "containers securityContext nodeSelector",
    "serviceAccountName tolerations terminationGracePeriodSeconds",
    containers={"type": "array", "minItems": 1, "items": CONTAINER},
    nodeSelector=TEXTS,
    securityContext=only("runAsNonRoot runAsUser", "fsGroup", runAsNonRoot={"const": True}, runAsUser=COUNT),
    tolerations={"type": "array", "items": only("key operator effect")},
    terminationGracePeriodSeconds=COUNT,
)
TEMPLATE = only("spec", spec=POD)
WORKERS = only(
    "groupName replicas minReplicas maxReplicas rayStartParams template",
    replicas=COUNT,
    minReplicas=COUNT,
    maxReplicas=COUNT,
    rayStartParams=TEXTS,
    template=TEMPLATE,
)
CLUSTER = only(
    "rayVersion authOptions headGroupSpec workerGroupSpecs",
    "enableInTreeAutoscaling autoscalerOptions",
    authOptions=only("mode", mode={"const": "token"}),
    headGroupSpec=only("rayStartParams template", rayStartParams=TEXTS, template=TEMPLATE),
    workerGroupSpecs={"type": "array", "minItems": 1, "items": WORKERS},
    enableInTreeAutoscaling={"type": "boolean"},
    autoscalerOptions=only(
        "idleTimeoutSeconds upscalingMode",
        idleTimeoutSeconds=COUNT,
        upscalingMode={"enum": ["Default", "Aggressive", "Conservative"]},
    ),
)
JOB = only(
    "entrypoint backoffLimit rayClusterSpec",
    "submissionMode submitterConfig shutdownAfterJobFinishes ttlSecondsAfterFinished",
    entrypoint={"type": "string"},
    backoffLimit={"type": "integer", "minimum": 1},
    rayClusterSpec=CLUSTER,
    submissionMode={"enum": ["K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"]},
    submitterConfig=only("backoffLimit", backoffLimit=COUNT),
    shutdownAfterJobFinishes={"type": "boolean"},
    ttlSecondsAfterFinished=COUNT,
)


@pytest.mark.parametrize(("name", "kind", "spec"), [("rayjob", "RayJob", JOB), ("raycluster", "RayCluster", CLUSTER)])
def test_kubernetes_files_have_the_fields_of_kuberay(name: str, kind: str, spec: dict[str, Any]):
    resource = only("apiVersion kind metadata spec", apiVersion={"const": "ray.io/v1"}, kind={"const": kind}, spec=spec)
    jsonschema.validate(load(f"{name}.yaml"), resource)


def clusters() -> list[Any]:
    return [load("raycluster.yaml")["spec"], load("rayjob.yaml")["spec"]["rayClusterSpec"]]


@pytest.mark.parametrize("cluster", clusters(), ids=["raycluster", "rayjob"])
def test_workers_are_spot_and_the_head_is_not(cluster: Any):
    """And it has no room for tasks, whose pages could end it; Ray is the version that is pinned."""
    capacity = "karpenter.sh/capacity-type"
    head = cluster["headGroupSpec"]
    assert cluster["rayVersion"] == PINS["ray"] and head["rayStartParams"]["num-cpus"] == "0"
    assert head["template"]["spec"]["nodeSelector"][capacity] == "on-demand"
    for group in cluster["workerGroupSpecs"]:
        pod = group["template"]["spec"]
        asked = pod["containers"][0]["resources"]["requests"]
        assert pod["nodeSelector"][capacity] == "spot"
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
        assert int(asked["memory"][:-2]) / int(asked["cpu"]) >= 7, "GB a task, as docs/cluster.md says"


# In a process of its own: Ray must be told what it is to be before it is imported.
VALIDATE = """
import json, sys
from ray.autoscaler._private.util import prepare_config, validate_config
config = prepare_config(json.load(sys.stdin))
validate_config(config)
print(json.dumps(config))
"""


def validated(config: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", VALIDATE], input=json.dumps(config), capture_output=True, text=True, timeout=240
    )


def test_the_file_of_ray_up_is_as_ray_wants_it():
    done = validated(load("aws.yaml"))
    assert done.returncode == 0, done.stderr
    config = json.loads(done.stdout)
    assert not [line for line in config["setup_commands"] + config["head_setup_commands"] if "pip install" in line]
    types = config["available_node_types"]
    assert config["provider"]["region"] == "us-east-1"
    assert types["head"]["resources"] == {"CPU": 0} and "InstanceMarketOptions" not in types["head"]["node_config"]
    assert types["spot"]["node_config"]["InstanceMarketOptions"] == {"MarketType": "spot"}
    assert types["spot"]["max_workers"] <= config["max_workers"]
    assert "ValidationError" in validated({**config, "docker": {"immage": "x"}}).stderr


TASK = only(
    "name workdir num_nodes resources setup run",
    "envs secrets",
    num_nodes={"type": "integer", "minimum": 1},
    resources=only("infra cpus memory use_spot disk_size job_recovery", use_spot={"const": True}, disk_size=COUNT),
    setup={"type": "string"},
    run={"type": "string"},
    envs=TEXTS,
    secrets={"const": {"RAY_AUTH_TOKEN": None}},
)


def test_the_task_of_skypilot_has_its_fields():
    jsonschema.validate(load("skypilot.yaml"), TASK)


def scripts() -> dict[str, str]:
    task = load("skypilot.yaml")
    written = {part: f"#!/usr/bin/env bash\n{task[part]}" for part in ("setup", "run")}
    return written | {"slurm": (DEPLOY / "slurm.sh").read_text()}


@pytest.mark.parametrize("name", ["slurm", "setup", "run"])
def test_scripts_pass_shellcheck(name: str):
    for command in (["bash", "-n", "/dev/stdin"], [str(BIN / "shellcheck"), "-"]):
        done = subprocess.run(command, input=scripts()[name], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_pinned_slim_and_not_root():
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    said = [(line.split()[0], line) for line in lines if line.strip() and not line.startswith("#")]
    bases = [line.split()[1] for word, line in said if word == "FROM"]
    assert bases and all(re.fullmatch(r"python:3\.1[12]-slim-\w+", base) for base in bases)
    assert [line for word, line in said if word == "USER"][-1] == "USER 1000"
    installs = [line for word, line in said if word == "RUN" and "pip install" in line]
    assert installs and all("--constraint constraints.txt" in line for line in installs)
    copied = [part for word, line in said if word == "COPY" and "--from" not in line for part in line.split()[1:-1]]
    assert all((REPO_ROOT / part).exists() for part in copied if not part.startswith("--"))
    lint = subprocess.run([BIN / "hadolint", DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout


def test_the_commands_in_the_files_are_ours():
    command = shlex.split(load("rayjob.yaml")["spec"]["entrypoint"])
    assert command[:4] == ["python", "-m", "mews", "run"] and command[5] == "--root"
    recipe_call(command[4], command[7:])
    check_root(command[6])
    task = load("skypilot.yaml")
    recipe_call(task["envs"]["RECIPE"], [f"snapshot={task['envs']['SNAPSHOT']}"])
    check_root(task["envs"]["ROOT"])


def test_all_that_is_to_be_filled_in_is_told():
    page = (REPO_ROOT / "docs/cluster.md").read_text()
    files = [path for path in DEPLOY.iterdir() if path.suffix in (".yaml", ".sh")]
    words = {word for path in files for word in re.findall(r"\b[A-Z_]{5,}\b", path.read_text())}
    assert words >= PLACEHOLDERS - {"BUCKET"} and all(f"`{word}`" in page for word in PLACEHOLDERS)
    assert all(f"deploy/{path.name}" in page for path in DEPLOY.iterdir() if "ignore" not in path.name)


RAY = """#!{python}
import os, socket, sys, time
open(os.environ["TOLD"], "a").write("ray " + " ".join(sys.argv[1:]) + "\\n")
assert len(open(os.environ["RAY_AUTH_TOKEN_PATH"]).read().strip()) == 64
if "--head" in sys.argv:
    port = int(next(word for word in sys.argv if word.startswith("--port=")).partition("=")[2])
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            server.accept()
"""
PYTHON = """#!/bin/sh
if [ "$1 $2" = "-m mews" ]; then echo "$@" >> "$TOLD"; exit 7; fi
exec {python} "$@"
"""


def test_the_tasks_of_a_slurm_array_become_a_cluster(tmp_path: Path):
    """With programs that only tell how they are called: the exit code is the run's, nothing is left."""
    project, root, told = tmp_path / "mews", tmp_path / "root", tmp_path / "told"
    (project / ".venv/bin").mkdir(parents=True)
    programs = {"ray": RAY, "python": PYTHON, "hostname": "#!/bin/sh\necho 127.0.0.1 10.0.0.1\n"}
    for name, text in programs.items():
        (project / ".venv/bin" / name).write_text(text.format(python=sys.executable))
        (project / ".venv/bin" / name).chmod(0o755)
    slurm = {"SLURM_ARRAY_JOB_ID": str(30000 + os.getpid() % 5000), "SLURM_CPUS_PER_TASK": "2", "TOLD": str(told)}
    command = ["bash", DEPLOY / "slurm.sh", project, root, "snapshot=x", "files=2"]
    follower = subprocess.Popen(command, env=os.environ | slurm | {"SLURM_ARRAY_TASK_ID": "1"})
    head = subprocess.run(command, env=os.environ | slurm | {"SLURM_ARRAY_TASK_ID": "0"}, timeout=120)
    follower.kill()
    follower.wait()
    assert head.returncode == 7
    port = 20000 + int(slurm["SLURM_ARRAY_JOB_ID"]) % 10000
    lines = told.read_text().splitlines()
    assert lines[0].startswith(f"ray start --head --block --port={port} --num-cpus=2")
    ran = f"-m mews run recipes.refinedweb --root {root} --address 127.0.0.1:{port} snapshot=x files=2"
    assert ran in lines and list(root.iterdir()) == []
