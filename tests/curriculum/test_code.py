"""Code: languages, licences, what leaves a file, and middles that can be put back."""

import pyarrow as pa
import pytest

from curriculum import code
from curriculum.code.scrub import SECRET, scrub, without_licence, without_secrets
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.parquet import read_table
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import rewrite, screen


def test_there_are_67_languages_and_no_ending_has_two():
    endings = [e for listed in code.LANGUAGES.values() for e in listed.split()]
    assert len(code.LANGUAGES) == 67 and len(endings) == len(set(endings)) == len(code.BY_ENDING)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "python"),
        ("X.RS", "rust"),
        ("Makefile", "makefile"),
        ("deep/Dockerfile", "dockerfile"),
        ("a.c.txt", None),
        ("py", "python"),
        ("notes", None),
    ],
)
def test_language_by_ending(path, language):
    assert code.language(path) == language


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("MIT License\n\nPermission is hereby\n granted, free of  charge, to any person", "MIT"),
        ("Apache License\nVersion 2.0", "Apache-2.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
        ("under the terms of the GNU General Public License", "GPL"),
        ("all mine", ""),
    ],
)
def test_licence_by_its_words(text, licence):
    assert code.licence(text) == licence


def test_repositories_become_shards_and_only_permitted_code_stays(tmp_path):
    for name, licence in (("free", "Apache License"), ("kept", "All rights are mine")):
        (tmp_path / "in" / name / "src").mkdir(parents=True)
        (tmp_path / "in" / name / "LICENSE").write_text(licence)
        (tmp_path / "in" / name / "src" / "a.py").write_text("def add(a, b):\n    return a + b\n")
        (tmp_path / "in" / name / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "in" / "free" / "bad.c").write_bytes(b"caf\xe9")
    stage = Map(
        "code", code.repositories(str(tmp_path / "in")), (screen(code.Licensed(), code.HumanWritten()), rewrite(scrub))
    )
    stats = run(stage, root=str(tmp_path / "out"), runner=Local())["code"]
    tables = [
        read_table(str(tmp_path / "out"), f"code/{f.name}") for f in (tmp_path / "out" / "code").glob("*.parquet")
    ]
    assert [row["id"] for row in pa.concat_tables(tables).to_pylist()] == ["free/src/a.py"]
    assert (
        stats.rows_in == 3 and list(stats.quarantined) == ["code:not_utf8"] and list(stats.dropped) == ["code:licence"]
    )


def test_no_repository_is_said(tmp_path):
    with pytest.raises(UsageError, match="no repository"):
        code.repositories(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\n" * 20, None),
        ("a" * 1_001, "long_lines"),
        (("a" * 150 + "\n") * 9, "long_lines"),
        ("{}();\n" * 40, "few_letters"),
    ],
)
def test_what_no_person_wrote_leaves(text, reason):
    assert code.HumanWritten()(Doc(text)) == reason


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# Copyright 2020 A\n# Licensed under X\n\nimport os\n", "import os\n"),
        ("#!/bin/sh\n# SPDX-License-Identifier: MIT\nls\n", "#!/bin/sh\nls\n"),
        ("/*\n * All rights reserved.\n */\nint x;\n", "int x;\n"),
        ("// (c) nobody\n// does things\nint x;\n", "// (c) nobody\n// does things\nint x;\n"),
        ("<!-- Licence: MIT -->\n<p>\n", "<p>\n"),
        ("'''Licensed under the MIT License.'''\nx = 1\n", "x = 1\n"),
        ('"""Reads a license file."""\nx = 1\n', '"""Reads a license file."""\nx = 1\n'),
        ("import os\n# Copyright 2020\n", "import os\n# Copyright 2020\n"),
        ("/* Copyright, never closed\nint x;\n", "/* Copyright, never closed\nint x;\n"),
        ("", ""),
    ],
)
def test_the_licence_at_the_head_leaves(text, left):
    assert without_licence(text) == left


JWT = "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20
SECRETS = [
    "AKIA" + "ABCD2345" * 2,
    "ghp_" + "a1B2" * 9,
    "xoxb-" + "1234567890-abc",
    JWT,
    "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIB+/aa\n" * 300 + "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_of_known_form_leave(secret):
    assert without_secrets(f"key = {secret};") == f"key = {SECRET};"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('password = "hunter2hunter2"', f'password = "{SECRET}"'),
        ("'api_key': 'a8f5f167f44f4964'", f"'api_key': '{SECRET}'"),
        ('password = "your-password-here"', 'password = "your-password-here"'),
        ("secret = '${SECRET_FROM_ENV}'", "secret = '${SECRET_FROM_ENV}'"),
        ("token_count = 'something'", "token_count = 'something'"),
    ],
)
def test_named_values_leave_and_placeholders_stay(text, left):
    assert without_secrets(text) == left
