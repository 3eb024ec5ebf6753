"""What leaves a code file: licences in comments of every kind, then secrets and personal data."""

import pyarrow as pa
import pytest

from curriculum.code.scrub import ScrubCode, scrub_code, without_licence

HEADS = [
    ("<?php\n/*\n * Copyright (c) X\n */\necho 1;", "<?php\necho 1;"),
    ('<?xml version="1.0"?>\n<!-- Copyright X -->\n<a/>', '<?xml version="1.0"?>\n<a/>'),
    ("/* eslint-disable */\n/* Copyright X */\nf();", "/* eslint-disable */\nf();"),
    ("# Copyright X\n\n# Licensed under the MIT licence\n\nimport os", "import os"),
    ("# modality: text\n\n# Copyright X\nimport os", "# modality: text\nimport os"),
    ("/*\r\n * Copyright X\r\n */\r\npackage a;\r\n", "package a;\r\n"),
    ("@echo off\nREM Copyright X\ndir", "@echo off\ndir"),
    ('"""Reads tables.\n\nCopyright X\n"""\nimport os', '"""Reads tables.\n\nCopyright X\n"""\nimport os'),
    ('"""Copyright X."""\nimport os', "import os"),
    ("// " + "Copyright\n// " * 3_000 + "end\nf();", "f();"),
    ("#include <a.h>\n// copyright is a word here\n", "#include <a.h>\n// copyright is a word here\n"),
    ("/*\nCopyright never closed", "/*\nCopyright never closed"),
]


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


@pytest.mark.parametrize(("text", "left"), HEADS)
def test_licence_comments_leave_and_nothing_else(text: str, left: str) -> None:
    assert without_licence(text) == left
    assert without_licence(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "# Copyright\n\n" * 70_000,
        "/* Copyright */" * 60_000,
        "# a\n\n" * 200_000,
        "#!/a\n" * 200_000,
        "password = " * 90_000,
        "a://" * 250_000,
        "-----BEGIN PRIVATE KEY-----" * 40_000,
        "eyJaaaaaaaaaa." * 70_000,
        " " * 1_000_000,
    ],
    ids=range(9),
)
def test_a_megabyte_made_to_hurt_comes_to_an_end(text: str) -> None:
    assert len(scrub_code(text)[0]) <= len(text)


def test_a_file_is_rid_of_all_three_and_they_are_counted():
    text = "# Copyright 2020 X\nimport os\nkey = 'AKIAABCD2345ABCD2345'  # of jane@example.com, not <EMAIL>\n"
    clean = "import os\nkey = '<SECRET>'  # of <EMAIL>, not <EMAIL>\n"
    assert scrub_code(text) == (clean, {"licence": 1, "email": 1, "secret": 1})
    assert scrub_code(clean) == (clean, {})
    made = ScrubCode()(pa.table({"text": [text, None, clean]}))
    assert made["text"].to_pylist() == [clean, "", clean]
    assert [dict(row) for row in made["counts"].to_pylist()] == [{"licence": 1, "email": 1, "secret": 1}, {}, {}]
