"""The build makes each queue a closure: its functions move into the one that makes it, and nothing else changes."""

from __future__ import annotations

import subprocess

import pytest

from tools import node

CLOSE = """
import { readFileSync } from 'node:fs'
import { minify } from 'terser'
import { closeOverQueue } from './tools/closure.mjs'
const asIs = { module: true, compress: false, mangle: false }
const { ast } = await minify(readFileSync(0, 'utf8'), { ...asIs, format: { spidermonkey: true } })
console.log((await minify(closeOverQueue(ast), { ...asIs, parse: { spidermonkey: true } })).code)
"""
MODULE = """
var State = (limit) => ({ limit: limit, items: [] });
var add = (queue, item) => { queue.items.push(item); queue.last = item; };
var is_full = (queue) => queue.items.length >= queue.limit;
var Queue = (most) => {
  var queue = State(most);
  return { state: queue, put: (item) => { if (!is_full(queue)) add(queue, item) }, look: () => [queue.last, ...queue.items] };
};
export { Queue };
"""


def run(script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(node.NODE), "--input-type=module", "-e", script]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=node.ROOT)


def test_no_function_takes_the_queue() -> None:
    """Its fields are variables, its functions have one parameter less, and the property with the queue itself is gone."""
    closed = run(CLOSE, MODULE).stdout
    assert "queue." not in closed
    assert "add=item=>" in closed
    assert "state:" not in closed


def test_two_queues_share_nothing() -> None:
    """Each has its own fields, those that are set later too, and its own arguments."""
    use = "const a = Queue(1), b = Queue(2); a.put(1); a.put(2); b.put(3); b.put(4); console.log(a.look(), b.look())"
    done = run(run(CLOSE, MODULE).stdout + use)
    assert (done.stdout, done.stderr) == ("[ 1, 1 ] [ 4, 3, 4 ]\n", "")


@pytest.mark.parametrize("use", ["keep(queue)", "[queue]", "keep(1, is_full)", "is_full(1)"])
def test_a_queue_is_no_value(use: str) -> None:
    """A use that needs the queue as an object fails the build, and so does a function over it that is called without it."""
    done = run(CLOSE, MODULE.replace("return {", f"{use}; return {{"))
    assert "is used as a value" in done.stderr


def test_a_module_without_a_queue_stays() -> None:
    """Whatever else is linked is not touched."""
    assert run(CLOSE, "var two=1+1;export{two};").stdout == "var two=1+1;export{two};\n"
