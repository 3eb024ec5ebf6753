"""`mews push`: upload a published data set to the Hugging Face hub."""

from typing import Annotated

import typer
from rich.console import Console

from mews.reports import Run
from pipeline import store
from pipeline.errors import MewsError, UsageError
from pipeline.funnel import read_plan
from pipeline.receipts import Receipt, read_receipts
from pipeline.root import redact
from pipeline.store import is_local, locate
from pipeline.view import planned
from report.terminal import print_line

CARD = "README.md"


def push_command(
    root: Run,
    repository: Annotated[str, typer.Argument(metavar="REPO", help="OWNER/NAME of the data set on the hub.")],
    name: Annotated[str, typer.Option(help="Which data set, when the run publishes several.")] = "",
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
) -> None:
    """Upload a published data set, its card and its statistics to the Hugging Face hub.

    Every file is compared with its receipt first. The token is that of `hf auth login`, or HF_TOKEN.
    """
    folder, receipts = published_files(root, name)
    if not is_local(root):
        raise UsageError(f"{redact(root)} is not on this disk: copy {folder} here, with its run, and push the copy")
    files = sorted(check_files(root, receipts))
    console = Console(stderr=True)
    print_line(f"uploading {len(files):,} files of {redact(root)}/{folder} to {repository}", console)
    print_line(
        upload(locate(root, folder)[1], [file.removeprefix(f"{folder}/") for file in files], repository, private),
        Console(),
    )


def published_files(root: str, name: str = "") -> tuple[str, list[Receipt]]:
    """The folder of a published data set below the root, and the receipts of its files.

    Raises UsageError when the run publishes none, or several and none of this name, or has not finished it.
    """
    folders = dict[str, Receipt]()
    for stage in read_plan(root)["stages"]:
        shards = planned(root, stage["name"])
        for receipt in read_receipts(root, stage["name"], shards) if len(shards) == 1 else ():
            folders |= {f.removesuffix(f"/{CARD}"): receipt for f in receipt.files if f.endswith(f"/{CARD}")}
    if not folders:
        raise UsageError(f"{redact(root)} has no published data set that is finished; run its recipe to the end")
    if name not in folders and (name or len(folders) > 1):
        raise UsageError(f"which data set? --name takes one of {', '.join(folders)}")
    folder = name or next(iter(folders))
    shards = read_receipts(root, folder, planned(root, folder))
    return folder, [folders[folder], *shards]


def check_files(root: str, receipts: list[Receipt]) -> list[str]:
    """The files of receipts. Raises MewsError when one is missing, or is not as its receipt says."""
    for receipt in receipts:
        for file, made in receipt.files.items():
            if not store.exists(root, file) or store.digest_of(root, file) != made.digest:
                raise MewsError(f"{file} is not as its receipt says; mews verify {redact(root)} --mend, and run again")
    return [file for receipt in receipts for file in receipt.files]


def upload(folder: str, files: list[str], repository: str, private: bool) -> str:
    """Upload files of a local folder as one commit; returns its address. Raises MewsError with what the hub says."""
    from huggingface_hub import HfApi  # takes a second to import
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

    try:
        hub = HfApi()
        hub.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        done = hub.upload_folder(
            repo_id=repository, repo_type="dataset", folder_path=folder, allow_patterns=files,
            commit_message="Upload by mews push",
        )  # fmt: skip
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError) as error:
        raise MewsError(f"the hub refuses {repository}: {' '.join(str(error).split())[:300]}") from None
    return done.commit_url
