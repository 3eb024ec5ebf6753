"""A bucket as obstore opens it, for what pyarrow cannot ask of a store: to write on a condition."""

import configparser
import os
from datetime import timedelta
from typing import Any

import pyarrow.fs as pafs
from obstore.store import GCSStore, ObjectStore, S3Store

RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}


def open_bucket(filesystem: pafs.FileSystem, bucket: str) -> ObjectStore:
    """The bucket of a file system, with the same keys and endpoint, or those that the environment gives.

    Raises NotImplementedError for stores other than S3 and Google Cloud Storage.
    """
    if isinstance(filesystem, pafs.GcsFileSystem):
        return GCSStore(bucket, retry_config=RETRIES)
    if not isinstance(filesystem, pafs.S3FileSystem):
        raise NotImplementedError(f"a bucket of {filesystem.type_name} cannot be written to on a condition")
    options = filesystem.__reduce__()[1][0]  # what pyarrow pickles: all that it was opened with
    endpoint = options["endpoint_override"]
    if endpoint and "://" not in endpoint:
        endpoint = f"{options['scheme']}://{endpoint}"
    config: Any = {
        "endpoint": endpoint,
        "region": options["region"] or filesystem.region,
        "access_key_id": options["access_key"],
        "secret_access_key": options["secret_key"],
        "session_token": options["session_token"],
    }
    if not options["access_key"] and "AWS_ACCESS_KEY_ID" not in os.environ:
        config |= profile()
    config = {name: value for name, value in config.items() if value}
    plain: Any = {"allow_http": endpoint.startswith("http://")}
    return S3Store(bucket, config=config, client_options=plain, retry_config=RETRIES)


def profile() -> dict[str, str]:
    """The keys of the AWS profile in use (AWS_PROFILE) in the shared credentials file; empty when it has none."""
    file = os.environ.get("AWS_SHARED_CREDENTIALS_FILE", os.path.expanduser("~/.aws/credentials"))
    known = configparser.ConfigParser(interpolation=None)
    known.read(file)
    section = os.environ.get("AWS_PROFILE", "default")
    found = dict(known.items(section)) if known.has_section(section) else {}
    keys = ("access_key_id", "secret_access_key", "session_token")
    return {key: found[f"aws_{key}"] for key in keys if f"aws_{key}" in found}
