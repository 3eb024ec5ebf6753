"""Licences of code: by their text, by what a file says, and whether they permit."""

import pytest

from curriculum.code.licences import (
    PERMISSIVE,
    RIDERS,
    TITLES,
    is_licence_file,
    is_permissive,
    licence,
    of_file,
    of_folder,
)

ISC = (
    "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby"
    " granted"
)
NOTICE = ", provided that the above copyright notice and this permission notice appear in all copies."
TEXTS = [
    ("MIT License\n\nPermission is hereby\n granted, free of  charge, to any person", "MIT"),
    ("Apache License\nVersion 2.0", "Apache-2.0"),
    (ISC + NOTICE, "ISC"),
    (ISC.replace("and/or", "and") + NOTICE, "ISC"),
    (ISC.replace(", and/or", " and") + NOTICE, "ISC"),
    (ISC + ".", "0BSD"),
    ("Redistribution and use in source and binary forms, with or without modification", "BSD-3-Clause"),
    ("This is free and unencumbered software released into the public domain.", "Unlicense"),
    ("This software is provided ‘as-is’, without any express or implied warranty.", "Zlib"),
    ("CC0 1.0 Universal", "CC0-1.0"),
    ("Boost Software License - Version 1.0", "BSL-1.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL-3.0"),
    ("GNU GENERAL PUBLIC LICENSE … combined with the GNU Affero General Public License", "GPL-3.0"),
    ("Mozilla Public License Version 2.0 … means the GNU General Public License, the GNU Affero …", "MPL-2.0"),
    ("Eclipse Public License - v 2.0 … GNU General Public License", "EPL-2.0"),
    ("“Commons Clause” License Condition v1.0 … Apache License", "Commons-Clause"),
    (
        "MIT License. Permission is hereby granted, free of charge … The Software shall be used for Good, not Evil.",
        "JSON",
    ),
    ("Apache License … \n\nCommons Clause", "Commons-Clause"),
    ("Business Source License 1.1 … Change License: Apache License", "BUSL-1.1"),
    ("all mine", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_a_licence_is_what_its_text_names_first(text, wanted):
    assert licence(text) == wanted


def test_every_phrase_is_that_of_a_licence():
    assert all(licence(phrase) in (name, "0BSD") for name, phrase in (*TITLES, *RIDERS))
    assert all(phrase == phrase.lower() for _, phrase in (*TITLES, *RIDERS))
    refused = {"BUSL-1.1", "SSPL-1.0", "AGPL-3.0", "LGPL-3.0", "GPL-3.0", "MPL-2.0", "EPL-2.0", "CC-BY-NC-4.0", "JSON"}
    assert not refused & PERMISSIVE and {"MIT", "ISC", "0BSD", "Zlib", "Unlicense", "Apache-2.0"} <= PERMISSIVE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# SPDX-License-Identifier: MIT\nx = 1\n", "MIT"),
        ("/* SPDX-License-Identifier: (GPL-2.0-only  OR BSD-2-Clause) */\n", "(GPL-2.0-only OR BSD-2-Clause)"),
        ("// SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\n", "GPL-2.0 WITH Linux-syscall-note"),
        ("x\n" * 2_600 + "# SPDX-License-Identifier: MIT\n", ""),
        ("/* you can redistribute it under the terms of the\n * GNU General Public License as", "GPL-3.0"),
        ("# under the terms of version 2 of the GNU\n# Lesser General Public License\n", "LGPL-3.0"),
        ("# licensed under the GNU Affero General Public License\n", "AGPL-3.0"),
        ("# reads files of the GNU General Public License\n", ""),
        ("import os\n", ""),
    ],
)
def test_a_file_may_say_its_licence(text, wanted):
    assert of_file(text) == wanted


@pytest.mark.parametrize(
    ("expression", "permits"),
    [
        ("MIT", True),
        ("mit", True),
        ("GPL-3.0-only", False),
        ("", False),
        ("MIT OR GPL-2.0-only", True),
        ("GPL-2.0-only OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("MIT AND ISC", True),
        ("(MIT AND GPL-2.0-only) OR ISC", True),
        ("MIT AND (GPL-2.0-only OR ISC)", True),
        ("GPL-2.0-only AND MIT OR ISC", True),
        ("ISC OR GPL-2.0-only AND LGPL-3.0", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0 WITH Linux-syscall-note", False),
        ("MIT/Apache-2.0", True),
        ("MIT, ISC", True),
        ("MIT, GPL-3.0", False),
        (", ", False),
        ("MIT AND", False),
        ("MIT ISC", False),
        ("(MIT", False),
        ("MIT)", False),
        ("()", False),
        ("see repo", False),
    ],
)
def test_whether_an_expression_permits(expression, permits):
    assert is_permissive(expression) == permits


def test_a_person_may_allow_others():
    assert is_permissive("MPL-2.0", frozenset(("MPL-2.0",))) and not is_permissive("MIT", frozenset(("MPL-2.0",)))


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("LICENSE", True),
        ("LICENCE.txt", True),
        ("license.md", True),
        ("COPYING", True),
        ("COPYING.LESSER", True),
        ("LICENSE-MIT", True),
        ("LICENSE.GPL", True),
        ("UNLICENSE", True),
        ("license.py", False),
        ("licenses.json", False),
        ("license_check.js", False),
        ("README.md", False),
        ("licensing.txt", False),
    ],
)
def test_which_files_hold_a_licence(name, holds):
    assert is_licence_file(name) == holds


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"LICENSE": "Apache License"}, "Apache-2.0"),
        (
            {"LICENSE-APACHE": "Apache License", "LICENSE-MIT": "MIT: Permission is hereby granted, free of charge"},
            "Apache-2.0, MIT",
        ),
        ({"LICENSE": "Apache License", "COPYING": "GNU General Public License"}, "Apache-2.0, GPL-3.0"),
        ({"LICENSE": "Apache License", "COPYING": "mine"}, ""),
        ({"LICENSES/MIT.txt": "x"}, "MIT"),
        ({"LICENSES/GPL-3.0-or-later.txt": "x", "LICENSES/MIT": "y"}, "GPL-3.0-or-later, MIT"),
        ({"LICENSE": "Apache License", "LICENSES/GPL-3.0-or-later.txt": "x"}, "Apache-2.0"),
    ],
)
def test_the_licences_of_a_folder(texts, wanted):
    assert of_folder(texts) == wanted


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("# Licensed under the GPL v3\n", "GPL-3.0"),
        ("# License: GPLv2+\n", "GPL-3.0"),
        ("/**\n * @license LGPL-2.1\n */", "LGPL-3.0"),
        ("# Licence: AGPL\n", "AGPL-3.0"),
        ("// This Source Code Form is subject to the terms of the Mozilla Public\n// License, v. 2.0.", "MPL-2.0"),
        (" * made available under the terms of the Eclipse Public License v1.0\n", "EPL-2.0"),
        ("* under the Common Development\n * and Distribution License", "CDDL-1.0"),
        ("// use of this software is governed by the\n// rules; it is under the Business Source License", "BUSL-1.1"),
        ("# Unauthorized copying of this file, via any medium, is prohibited", "LicenseRef-Proprietary"),
        ("/* Dual licensed under the MIT and GPL licenses. */", ""),
        ("# License: MIT\n# not under a glpk solver", ""),
        ("x = 'the Mozilla Public License'", ""),
    ],
)
def test_what_a_file_says_in_words_takes_it_out_of_its_folder_s_licence(head, wanted):
    assert of_file(head) == wanted
    assert not wanted or not is_permissive(wanted)


@pytest.mark.parametrize(
    "name",
    [
        "MIT License", "The MIT License (MIT)", "Apache License 2.0", "Apache 2.0", "Apache License, Version 2.0",
        'BSD 3-Clause "New" or "Revised" License', "BSD 2-Clause License", "ISC License", "The Unlicense", "['mit']",
        "Creative Commons Zero v1.0 Universal", "Boost Software License 1.0", "UPL-1.0", "MulanPSL-2.0",
    ],
)  # fmt: skip
def test_names_in_words_are_known(name):
    assert is_permissive(name)


@pytest.mark.parametrize(
    "name", ["GNU General Public License v3.0", "Other", "Apache-2.0 GPL-3.0", "not mit", "license"]
)
def test_other_names_in_words_permit_nothing(name):
    assert not is_permissive(name)
