"""Compares traces of CPython with those of the built module, many at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pytest

from tests.twin.conftest import Page
from tests.twin.recorder import Recorder, as_json, first_difference

CHUNK_CHARS = 2_000_000
LEAD = 25
"""How many lines before the difference are shown."""


def compare(page: Page, named: Iterable[tuple[str, Recorder]]) -> int:
    """Fail at the first script whose traces differ; returns how many there were."""
    count = 0
    for chunk in chunks(named):
        digests = page.digests([entries for _, _, entries in chunk])
        assert len(digests) == len(chunk), digests
        for (name, recorder, entries), digest in zip(chunk, digests, strict=True):
            count += 1
            if hashlib.sha256(as_text(recorder.lines).encode()).hexdigest() != digest:
                pytest.fail(difference(name, recorder, page.trace(entries)), pytrace=False)
    return count


def chunks(named: Iterable[tuple[str, Recorder]]) -> Iterator[list[tuple[str, Recorder, str]]]:
    """As many scripts at a time as one message carries well."""
    chunk: list[tuple[str, Recorder, str]] = []
    size = 0
    for name, recorder in named:
        entries = as_json(recorder.entries)
        chunk.append((name, recorder, entries))
        size += len(entries)
        if size > CHUNK_CHARS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def as_text(lines: list[str]) -> str:
    return "\n".join(lines)


def difference(name: str, recorder: Recorder, other: list[str]) -> str:
    """The first difference, and what led to it."""
    lines = as_text(recorder.lines).split("\n")
    index = first_difference(lines, other)
    if index is None:
        return f"{name}: the digests differ, the texts do not"
    heads = [line for line in lines[:index] if line.startswith("--")]
    return "\n".join(
        [
            f"{name}, line {index}, after {', '.join(head[3:] for head in heads) or 'the start'}",
            *lines[max(0, index - LEAD) : index],
            f"CPython    {''.join(lines[index : index + 1]) or '(ends)'}",
            f"JavaScript {''.join(other[index : index + 1]) or '(ends)'}",
        ]
    )
