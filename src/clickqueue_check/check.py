"""One question to an endpoint. Invariant: its texts are beside its code, and a finding names the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from clickqueue_check.answer import Answer
from clickqueue_check.endpoint import Endpoint

Mark = Literal["ok", "BROKEN", "note", "skipped"]


@dataclass(frozen=True)
class Finding:
    """The result of a check. `remedy` replaces the check's own where the answer shows the cause."""

    mark: Mark
    came: str
    remedy: str = ""

    def but(self, remedy: str) -> Finding:
        """The same finding with a remedy of its own."""
        return replace(self, remedy=remedy)


@dataclass(frozen=True)
class Check:
    """`sent`: what is sent. `contract`: the line of docs/CONTRACT.md that a fault breaks. `remedy`: what to do about it.

    `needs`: checks without which this one says nothing. `is_for_batches`: needs a batch route. `is_cross_origin`: only
    pages on another origin see the fault.
    """

    name: str
    sent: str
    contract: str
    remedy: str
    ask: Callable[[Endpoint], Finding]
    needs: tuple[Check, ...] = ()
    is_for_batches: bool = False
    is_cross_origin: bool = False


def check(
    *,
    sent: str,
    contract: str,
    remedy: str,
    needs: tuple[Check, ...] = (),
    is_for_batches: bool = False,
    is_cross_origin: bool = False,
) -> Callable[[Callable[[Endpoint], Finding]], Check]:
    """Make a `Check` of a function; its name is the function's, with hyphens."""

    def make(ask: Callable[[Endpoint], Finding]) -> Check:
        name = ask.__name__.replace("_", "-")
        return Check(name, sent, contract, remedy, ask, needs, is_for_batches, is_cross_origin)

    return make


def ok(came: object) -> Finding:
    """The endpoint keeps the contract."""
    return Finding("ok", str(came))


def broken(came: object) -> Finding:
    """The endpoint breaks it."""
    return Finding("BROKEN", str(came))


def note(came: object) -> Finding:
    """Nothing is broken, but there is something to know."""
    return Finding("note", str(came))


def skipped(came: object) -> Finding:
    """Nothing could be found out."""
    return Finding("skipped", str(came))


def verdict(is_kept: bool, came: object) -> Finding:
    """`ok` or `broken`."""
    return ok(came) if is_kept else broken(came)


def each(answers: dict[str, Answer]) -> str:
    """Several answers in one line; equal ones once."""
    texts = {label: str(answer) for label, answer in answers.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{label} {text}" for label, text in texts.items())


def faulty(answers: dict[str, Answer], is_kept: Callable[[Answer], bool]) -> Finding:
    """`ok` where all answers keep the contract; else `broken`, naming only those that do not."""
    wrong = {label: answer for label, answer in answers.items() if not is_kept(answer)}
    return ok(each(answers)) if not wrong else broken(", ".join(f"{label}: {answer}" for label, answer in wrong.items()))
