"""Checkouts as rows: which files, in which charset, under which licence."""

import os
from pathlib import Path

import pytest

from curriculum.code.checkouts import Checkout, decode, read_checkout, repositories, repository, state
from pipeline.errors import UsageError

MIT, GPL = "Permission is hereby granted, free of charge, to any person", "GNU GENERAL PUBLIC LICENSE"
JAPANESE = "これは日本語のコメントです。" * 9 + "\n"


def checkout(base: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return base


def rows(base: Path) -> dict[str, dict]:
    found = [row for table in read_checkout(str(base)) for row in table.to_pylist()]
    return {row["id"].partition("/")[2]: row for row in found}


def test_code_files_become_rows_in_the_order_of_their_paths(tmp_path):
    base = checkout(
        tmp_path / "repo", {"src/b.py": "b", "a.c": "int a;", "src/a.py": "x", "LICENSE": MIT, "logo.png": b"\x89PNG"}
    )
    checkout(base, {".git/x.py": "x", ".hidden.py": "x", "notes": "x", "logo.png": b"\x89PNG"})
    os.symlink(base / "a.c", base / "link.c")
    found = rows(base)
    assert [*found] == [".hidden.py", "a.c", "src/a.py", "src/b.py"]
    wanted = {
        "id": "repo/a.c",
        "url": "",
        "repo": "repo",
        "path": "a.c",
        "language": "c",
        "license": "MIT",
        "text": "int a;",
        "reason": None,
        "error": None,
    }
    assert found["a.c"] == wanted


def test_what_is_not_code_of_the_repository_is_counted_and_not_read(tmp_path):
    files = {"node_modules/x/a.js": "x", "big.json": "1" * ((1 << 20) + 1), "fits.json": "1" * (1 << 20)}
    found = rows(checkout(tmp_path, {**files, "a.ts": b"\x47\0\0", "b.m": "words\n", "LICENSE": MIT}))
    assert {name: row["reason"] for name, row in found.items()} == {
        "node_modules/x/a.js": "code:vendored",
        "big.json": "code:too_long",
        "fits.json": None,
        "a.ts": "code:binary",
        "b.m": "code:other_language",
    }
    assert found["big.json"]["text"] == "" == found["a.ts"]["text"]


def test_the_nearest_licence_holds(tmp_path):
    found = rows(
        checkout(
            tmp_path,
            {
                "LICENSE": MIT,
                "a.py": "x",
                "deep/er/b.py": "x",
                "gpl/COPYING": GPL,
                "gpl/c.py": "x",
                "gpl/in/d.py": "x",
                "gpl/in/own/LICENSE": MIT,
                "gpl/in/own/e.py": "x",
                "odd/LICENSE": "mine",
                "odd/f.py": "x",
                "said/g.py": "# SPDX-License-Identifier: GPL-2.0-only\nx",
                "gpl/h.py": "# SPDX-License-Identifier: ISC\nx",
                "said/i.py": "x",
                "said/i.py.license": "SPDX-License-Identifier: MPL-2.0\n",
                "said/license.py": "x",
            },
        )
    )
    assert {name: row["license"] for name, row in found.items()} == {
        "a.py": "MIT",
        "deep/er/b.py": "MIT",
        "gpl/c.py": "GPL-3.0",
        "gpl/in/d.py": "GPL-3.0",
        "gpl/in/own/e.py": "MIT",
        "odd/f.py": "",
        "said/g.py": "GPL-2.0-only",
        "gpl/h.py": "ISC",
        "said/i.py": "MPL-2.0",
        "said/license.py": "MIT",
    }


def test_a_folder_of_reuse_holds_licences(tmp_path):
    one = rows(checkout(tmp_path / "one", {"LICENSES/MIT.txt": "x", "a.py": "x"}))
    two = {"LICENSES/MIT.txt": "x", "LICENSES/GPL-3.0-only.txt": "x", "a.py": "x"}
    both = rows(checkout(tmp_path / "two", {**two, "b.py": "# SPDX-License-Identifier: MIT\n"}))
    assert one["a.py"]["license"] == "MIT"
    assert [both[name]["license"] for name in ("a.py", "b.py")] == ["GPL-3.0-only, MIT", "MIT"]


def test_a_checkout_without_a_licence_has_none(tmp_path):
    assert rows(checkout(tmp_path / "repo", {"a.py": "x"}))["a.py"]["license"] == ""
    checkout(tmp_path, {"LICENSE": MIT})
    assert rows(tmp_path / "repo")["a.py"]["license"] == "", "what lies above the checkout does not count"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve 😀".encode(), "naïve 😀"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("x = 'é'".encode("utf-16"), "x = 'é'"),
        (b"# La cl\xe9 du caf\xe9\nx = 1\n", "# La clé du café\nx = 1\n"),
        ("# -*- coding: latin-1 -*-\nx = 'ã'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'ã'\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\n# привет\n".encode("koi8-r"), None),
        ("// " + JAPANESE, "// " + JAPANESE),
        (("// " + JAPANESE).encode("cp932"), "// " + JAPANESE),
        (b"", ""),
    ],
)
def test_a_file_is_read_in_its_charset(data, text):
    data = data if isinstance(data, bytes) else data.encode()
    assert decode(data) == (data.decode("koi8-r") if text is None else text)


def test_tables_are_bounded(tmp_path, monkeypatch):
    checkout(tmp_path, {f"{n:04}.py": "x" for n in range(1_100)})
    assert [table.num_rows for table in read_checkout(str(tmp_path))] == [500, 500, 100]
    monkeypatch.setattr("curriculum.code.checkouts.BATCH_BYTES", 300)
    assert [table.num_rows for table in read_checkout(str(tmp_path))] == [301, 301, 301, 197]


def test_a_change_of_a_file_or_a_licence_is_seen(tmp_path):
    checkout(tmp_path, {"a.py": "x", "LICENSE": MIT, "LICENSES/MIT.txt": "x", "sub/COPYING": GPL, "notes.txt": "x"})
    states = [state(str(tmp_path))]
    for name, content in {
        "a.py": "xy",
        "LICENSE": GPL,
        "sub/COPYING": MIT,
        "LICENSES/ISC.txt": "x",
        "b.py": "x",
    }.items():
        checkout(tmp_path, {name: content})
        states.append(state(str(tmp_path)))
    assert len(set(states)) == 6
    checkout(tmp_path, {"notes.txt": "other"})
    assert state(str(tmp_path)) == states[-1]


def test_each_folder_is_a_repository(tmp_path):
    checkout(tmp_path, {"one/a.py": "x", "two/b.py": "x", ".cache/c.py": "x", "file.py": "x"})
    assert repositories(str(tmp_path)).list == (f"{tmp_path}/one", f"{tmp_path}/two")
    assert repository(str(tmp_path / "one")).list == (f"{tmp_path}/one",)
    with pytest.raises(UsageError, match="no repository in"):
        repositories(str(tmp_path / "one"))
    with pytest.raises(UsageError, match="no repository in"):
        repositories(str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="no checkout at"):
        repository(str(tmp_path / "nowhere"))


def test_a_row_of_a_checkout_is_found_by_its_path(tmp_path):
    assert Checkout(checkout(tmp_path / "r", {"d/a.py": "x"})).row(tmp_path / "r" / "d" / "a.py")["id"] == "r/d/a.py"
