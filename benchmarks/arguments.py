"""The command line of a benchmark that takes folders or numbers in their order."""

import argparse
from collections.abc import Sequence


def positional(about: str | None, *names: str, given: Sequence[str] | None = None) -> list[str]:
    """The arguments of these names; one that ends in "?" may be missing. `--help` prints the module's docstring."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in names:
        parser.add_argument(name.rstrip("?"), nargs="?" if name.endswith("?") else None)
    return [value for value in vars(parser.parse_args(given)).values() if value is not None]
