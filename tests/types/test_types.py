"""The types are the manual: what they allow compiles, what they forbid is refused in words, and what they say is so."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from clickqueue.main import DEFAULTS, ClickQueue
from tests.fakes import FakeApi, make_env
from tools import node

HERE = Path(__file__).parent
DIST = node.ROOT / "dist"
ERROR = re.compile(r"^(?:tests/types/)?(\S+)\((\d+),\d+\): (.*(?:\n  .*)*)", re.M)
NUMBERS = [name for name, value in DEFAULTS.items() if isinstance(value, (int, float))]
UNBOUNDED = 1e99


@pytest.fixture(scope="module")
def errors() -> list[tuple[str, int, str]]:
    """Everything that `tsc --strict` has to say of the files here and of the types themselves: file, line, message."""
    command = [str(node.NODE), str(node.MODULES / "typescript/bin/tsc"), "--project", str(HERE), "--pretty", "false"]
    done = subprocess.run(command, cwd=node.ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    assert ERROR.sub("", done.stdout).strip() == ""
    return [(found[1], int(found[2]), found[3]) for found in ERROR.finditer(done.stdout)]


def wanted() -> dict[int, str]:
    """The message that bad.ts wants, by line."""
    lines = (HERE / "bad.ts").read_text().splitlines()
    return {number + 1: line[4:] for number, line in enumerate(lines, 1) if line.startswith("//! ")}


def test_good_code_compiles(errors: list[tuple[str, int, str]]) -> None:
    """What the manual shows and hosts write compiles, as do the shipped types, under `strict` and `exactOptionalPropertyTypes`."""
    assert [error for error in errors if error[0] != "bad.ts"] == []


@pytest.mark.parametrize(("line", "message"), wanted().items(), ids=wanted().values())
def test_bad_code_is_refused_in_words(errors: list[tuple[str, int, str]], line: int, message: str) -> None:
    """What the manual forbids does not compile, and the compiler says why."""
    said = [text for file, number, text in errors if (file, number) == ("bad.ts", line)]
    assert len(said) == 1
    assert message in said[0]


def test_nothing_else_is_refused(errors: list[tuple[str, int, str]]) -> None:
    """Every line that is refused is one that is meant to be."""
    assert {number for file, number, _ in errors if file == "bad.ts"} == wanted().keys()


@pytest.mark.parametrize("module", ["clickqueue", "use-widget", "consent"])
def test_types_and_module_export_the_same(module: str) -> None:
    """What the types declare is what the module exports, no name more and none less (CONTRACT 1.1)."""
    declared = re.findall(r"^export declare (?:const|function|class) (\w+)", (DIST / f"{module}.d.ts").read_text(), re.M)
    script = f"console.log(Object.keys(await import('{(DIST / module).as_uri()}.js')).join(' '))"
    command = [str(node.NODE), "--input-type=module", "--eval", script]
    exported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(declared) == sorted(exported)


def manual(name: str) -> str:
    """The comment of a config field in the types; numbers without their commas."""
    found = re.search(rf"/\*\*(?:(?!\*/).)*?\*/(?=\n  {name}: )", (DIST / "clickqueue.d.ts").read_text(), re.S)
    assert found, f"{name} has no comment"
    text = found[0].rpartition("/**")[2]
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def test_every_setting_is_in_the_manual() -> None:
    """The fields of `QueueConfig` are those of `DEFAULTS` (CONTRACT 1.4)."""
    body = re.search(r"export interface QueueConfig \{(.*?)\n\}", (DIST / "clickqueue.d.ts").read_text(), re.S)
    assert body is not None
    assert re.findall(r"^  (\w+): ", body[1], re.M) == list(DEFAULTS)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_manual_names_default_and_range(name: str) -> None:
    """Default, least and most of each number are what the queue itself says."""
    env = make_env()
    with pytest.raises(ValueError, match=name) as caught:
        ClickQueue({name: UNBOUNDED}, FakeApi(env.clock), env)
    allowed = re.search(r"number from (\S+) to (\S+)$", str(caught.value))
    assert allowed is not None
    text = manual(name)
    assert f"{allowed[1]} to {allowed[2]}" in text
    assert f"default {DEFAULTS[name]}" in text
