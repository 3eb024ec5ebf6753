"""Recipes by name or file: found, called, and every error of theirs in one line."""

import sys
from pathlib import Path

import pytest

from mews.recipe_loader import docs_of, load_recipe, stages_of
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from tests.helpers import toy


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def recipe():\n    return {}['stages']\n", "line 2: KeyError: 'stages'"),
        ("def recipe(:\n", "line 1: invalid syntax"),
        ("from filters.gopher import nothing\n", "line 1: ImportError: cannot import name 'nothing'"),
        ("import package_of_nobody\n", "needs the package package_of_nobody"),
        ("def recipe():\n    return 3\n", "a recipe returns a stage"),
        ("def recipe():\n    return ()\n", "a recipe returns a stage"),
        ("def recipe(): return 'clean', 'raw'\n", "a recipe returns a stage"),
        ("from pipeline.errors import UsageError\ndef recipe():\n    raise UsageError('so')\n", "so"),
        ("recipe = 5\n", "has no function `recipe`"),
        ("def recipe(words: 'Wrods'): pass\n", "NameError: name 'Wrods' is not defined"),
        ("def recipe(snapshot, files: int): pass\n", "needs snapshot=, files="),
    ],
)
def test_what_is_wrong_with_a_recipe_is_one_line(tmp_path: Path, code: str, said: str, request):
    file = tmp_path / f"wrong_{request.node.callspec.indices['code']}.py"
    file.write_text(code)
    with pytest.raises(UsageError) as refused:
        load_recipe(str(file), [])
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "recipes.refinedwebb",
            "there is no recipe recipes.refinedwebb; give the path of a Python file of yours, or one",
        ),
        ("nowhere.py", "there is no recipe nowhere.py: no such file; others are recipes.ablate"),
        ("filters.gopher", "filters.gopher has no function `recipe`"),
    ],
)
def test_a_recipe_that_is_not_there_is_told_with_those_that_are(name: str, said: str):
    with pytest.raises(UsageError) as refused:
        load_recipe(name, [])
    assert said in str(refused.value)


def test_a_file_called_as_another_module_is_refused(tmp_path: Path):
    (tmp_path / "json.py").write_text("def recipe(): ...")
    with pytest.raises(UsageError, match="another module called json; give the file another name"):
        load_recipe(str(tmp_path / "json.py"), [])
    assert str(tmp_path) not in sys.path, "the standard library's would not be found any more, on workers too"


def test_arguments_get_the_types_that_the_recipe_names(tmp_path: Path):
    (goal,) = load_recipe("tests.helpers.toy", [f"folder={tmp_path}", "characters=7", "rejects=0.5"])
    assert repr(goal) == repr(toy.recipe(str(tmp_path), 7, 0.5))


def test_a_file_of_this_repository_is_the_module_that_it_is():
    stages = load_recipe("recipes/fineweb.py", [])
    assert repr(stages) == repr(load_recipe("recipes.fineweb", []))


def test_what_a_recipe_says_of_itself(tmp_path: Path):
    (tmp_path / "told.py").write_text('"""A file."""\ndef recipe():\n    """A\n    function."""\n')
    assert docs_of(str(tmp_path / "told.py")) == ["A file.", "A\nfunction."]
    (tmp_path / "untold.py").write_text("def recipe(): ...")
    assert docs_of(str(tmp_path / "untold.py")) == []


def test_the_stages_of_a_run_are_built_anew_with_its_arguments(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), str(tmp_path / "out")
    arguments = [f"folder={folder}", "characters=4"]
    about = {"recipe": "tests.helpers.toy", "arguments": arguments}
    (goal,) = load_recipe("tests.helpers.toy", arguments)
    run(goal, root=root, runner=Local(), about=about)
    assert repr(stages_of(root)[-1]) == repr(goal)


def test_a_run_without_a_recipe_is_told(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), str(tmp_path / "out")
    run(toy.recipe(str(folder)), root=root, runner=Local())
    with pytest.raises(UsageError, match="was not made by a recipe"):
        stages_of(root)
