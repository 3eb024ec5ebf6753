"""What leaves a code file: licences in comments of every kind, and secrets by their form or their name."""

import time

import pytest

from curriculum import code
from curriculum.code.scrub import SECRET, scrub, without_licence, without_secrets

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

SECRETS = [
    ('AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"', 'AWS_SECRET_ACCESS_KEY="<SECRET>"'),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n", "aws_secret_access_key = <SECRET>\n"),
    ("SECRET_KEY = 'django-insecure-9x!k2'", "SECRET_KEY = '<SECRET>'"),
    ("DB = 'postgres://kim:s3cr3tpw@db.corp/x'", "DB = 'postgres://kim:<SECRET>@db.corp/x'"),
    ("export TOKEN=sk-proj-" + "a1B2" * 12, "export TOKEN=<SECRET>"),
    ("key = SG." + "a" * 22 + "." + "b" * 43, "key = <SECRET>"),
    ("bot 123456789:AA" + "x" * 33, "bot <SECRET>"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\nlQ+/=\n-----END PGP PRIVATE KEY BLOCK-----", "<SECRET>"),
]

NO_SECRETS = [
    '"password": "Passwort"',
    'KEYSTORE_PASSWORD = "keystore-password"',
    'path("password_reset/", name="password_reset_form")',
    "secret = generate_secret_token_v2\n",
    "password = getpass('enter it')",
    'api_key = "YOUR_API_KEY_12345"',
    "see http://host:8080/@scope and mailto:kim@corp.com",
    "postgres://user:password@localhost/db",
]


@pytest.mark.parametrize(("text", "left"), HEADS)
def test_licence_comments_leave_and_nothing_else(text: str, left: str) -> None:
    assert without_licence(text) == left
    assert without_licence(left) == left


@pytest.mark.parametrize(("text", "left"), SECRETS)
def test_secrets_are_replaced_and_stay_so(text: str, left: str) -> None:
    assert without_secrets(text) == left
    assert without_secrets(left) == left


@pytest.mark.parametrize("text", NO_SECRETS)
def test_words_names_and_placeholders_are_no_secrets(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Mozilla Public License Version 2.0 … means the GNU General Public License, the GNU Affero General Public "
         "License", "MPL-2.0"),
        ("GNU GENERAL PUBLIC LICENSE … combined with the GNU Affero General Public License", "GPL"),
        ("“Commons Clause” License Condition … Apache License", "Commons-Clause"),
        ("Business Source License 1.1 … Change License: Apache License", "BUSL"),
        ("This software is provided 'as-is', without any express or implied warranty.", "Zlib"),
    ],
)  # fmt: skip
def test_a_licence_is_what_its_text_names_first(text: str, licence: str) -> None:
    assert code.licence(text) == licence


@pytest.mark.parametrize(
    ("path", "language"), [("a/CMakeLists.txt", "cmake"), ("GNUmakefile", "makefile"), ("Rakefile", "ruby")]
)
def test_some_files_are_known_by_their_names(path: str, language: str) -> None:
    assert code.language(path) == language


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
def test_a_megabyte_made_to_hurt_takes_no_time(text: str) -> None:
    scrub("warm")
    began = time.process_time()
    scrub(text)
    assert time.process_time() - began < 3


def test_the_marker_is_no_secret_itself() -> None:
    assert without_secrets(f'password = "{SECRET}"') == f'password = "{SECRET}"'
