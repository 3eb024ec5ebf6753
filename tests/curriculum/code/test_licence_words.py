"""Licence files that only name a licence: the permissive ones that leave no doubt are understood."""

import pytest

from curriculum.code.licence_words import CALLED, in_words
from curriculum.code.licences import PERMISSIVE, is_permissive, of_folder


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("under the MIT License", "MIT"),
        ("Copyright 2021 A. All rights reserved.\nReleased under the terms of the **MIT** license.\n", "MIT"),
        ("MIT", "MIT"),
        ("Licence: ISC\n", "ISC"),
        ("This library is licensed under the Apache License, Version 2.0 (the `License`).", "Apache-2.0"),
        ("Dual-licensed under MIT or Apache-2.0", "Apache-2.0, MIT"),
        ("Distributed under the 3-clause BSD license", "BSD-3-Clause"),
        ("BSD-2-Clause", "BSD-2-Clause"),
        ("BSD licence", "BSD"),
        ("See https://opensource.org/licenses/MIT", "MIT"),
        ("SPDX-License-Identifier: (MIT OR GPL-2.0-only)", "(MIT OR GPL-2.0-only)"),
        ("The Unlicense", "Unlicense"),
        ("MITRE license", ""),
        ("permit any use under a limited licence", ""),
        ("This is not under the MIT License", ""),
        ("The code is under the MIT License, its data under the GPL", ""),
        ("Under the MIT License for non-commercial use", ""),
        ("Under the ISC license, except for lib/", ""),
        ("All mine", ""),
        ("", ""),
        ("under the MIT License" + " ." * 800, ""),
    ],
)
def test_what_a_short_file_says(text, wanted):
    assert in_words(text) == wanted
    assert of_folder({"LICENSE": text}) == wanted
    assert is_permissive(of_folder({"LICENSE": text})) == bool(wanted)


def test_the_names_are_those_of_permissive_licences():
    assert set(CALLED) <= PERMISSIVE
    assert all(in_words(f"licensed under the {name} license") == name for name in CALLED)
