"""An error of the build names the file, the line and the cure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.unit.sample_package import MAIN, QUEUE, line_of
from tools import build
from tools.run_transcrypt import OLD_NAMES, restore_old_names
from tools.source_tree import BuildError, find_file


def test_a_missing_runtime_name_has_an_address(source: Path) -> None:
    """A name that the runtime lacks is an error with the Python line that needs it, and the names that it has."""
    runtime = source / "platform" / "runtime.js"
    runtime.write_text(runtime.read_text().replace("export const len", "const len"))
    with pytest.raises(BuildError) as caught:
        build.build(source)
    line = line_of("str(len(line.listeners))")
    assert str(caught.value).startswith(
        f"{source / 'delivery' / 'queue.py'}:{line}: needs len of Transcrypt's runtime, which runtime.js does not have"
    )
    assert "it has Map, " in str(caught.value)


def test_a_banned_construct_fails_the_build(source: Path) -> None:
    """A line that breaks a rule of the subset is an error with its file, its line and a replacement."""
    main = source / "main.py"
    main.write_text(main.read_text() + "a = [1][0:1]\n")
    with pytest.raises(BuildError, match=rf"main\.py:{len(MAIN.splitlines()) + 1}: slices; write instead: a loop"):
        build.build(source)


WRONG_IMPORTS = [
    ("import LIMIT, LIMITS, Queue", 2),
    ("import LIMITS, Queue\nfrom clickqueue.nowhere import here", 3),
    ("import LIMITS, Queue\nfrom clickqueue.deep.nowhere import here", 3),
]


@pytest.mark.parametrize(("wrong", "line"), WRONG_IMPORTS)
def test_a_wrong_import_has_an_address(source: Path, wrong: str, line: int) -> None:
    """An error of Transcrypt or esbuild begins with the file and line of the Python."""
    main = source / "main.py"
    main.write_text(main.read_text().replace("import LIMITS, Queue", wrong))
    with pytest.raises(BuildError, match=rf"{main}:{line}: "):
        build.build(source)


@pytest.mark.parametrize("name", ["LIMITS", "nothing"])
def test_an_error_in_a_folder_has_an_address(source: Path, name: str) -> None:
    """The error names the folder of the module, from esbuild (no such name) and from Transcrypt (no such module)."""
    queue = source / "delivery" / "queue.py"
    queue.write_text(queue.read_text() + f"from clickqueue.{'main' if name == 'nothing' else 'nowhere'} import {name}\n")
    with pytest.raises(BuildError, match=rf"{queue}:{len(QUEUE.splitlines()) + 1}: "):
        build.build(source)


def test_a_file_is_found_in_any_folder(tmp_path: Path) -> None:
    """`find_file` needs exactly one file of that name; two, and none, are errors that list the places."""
    with pytest.raises(BuildError, match=r"one file called ports\.py is needed; found: none"):
        find_file(tmp_path, "ports.py")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ports.py").touch()
    with pytest.raises(BuildError, match=r"found: .*/a/ports\.py, .*/b/ports\.py"):
        find_file(tmp_path, "ports.py")


def test_a_module_without_all_is_refused(source: Path) -> None:
    """A module without `__all__` is an error that names the file."""
    main = source / "main.py"
    main.write_text(main.read_text().replace("__all__", "exported"))
    with pytest.raises(BuildError, match=r"main\.py: no __all__; list there what the built module exports"):
        build.build(source)


@pytest.mark.parametrize("name", OLD_NAMES)
def test_transcrypt_finds_the_names_of_older_pythons(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`restore_old_names` gives `ast.Constant` the attributes that Python 3.14 removed."""
    for old in OLD_NAMES:
        monkeypatch.delattr(ast.Constant, old)
    restore_old_names()
    assert getattr(ast.Constant("text"), name) == "text"
