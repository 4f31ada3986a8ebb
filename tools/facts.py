"""What the rules of the subset may know about a package before they look at a line of it.

Python has no types at hand here, so names carry them: what is annotated `bool`, what is a method, what is an attribute.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PREDICATES = ("is_", "has_", "was_", "can_", "should_")
TYPES = ("annotation", "returns")


@dataclass
class Facts:
    """Names of one package, with the parent of each node of the module at hand."""

    methods: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    booleans: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    is_browser: bool = False

    def is_boolean(self, name: str) -> bool:
        """Whether a name, or what a function of that name returns, is True or False and nothing else."""
        return name.lstrip("_").startswith(PREDICATES) or name in self.booleans


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that a machine runs: annotations are for mypy."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in TYPES:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child)


def parse(path: Path) -> ast.Module:
    """A module as a tree."""
    return ast.parse(path.read_text(), str(path))


def annotated(node: ast.AST) -> tuple[str, ast.expr | None]:
    """The name that a node declares, and its type; '' where it declares none."""
    match node:
        case ast.arg(arg=name, annotation=type_):
            return name, type_
        case ast.FunctionDef(name=name, returns=type_):
            return name, type_
        case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), annotation=type_):
            return name, type_
    return "", None


def gather(trees: Iterable[ast.AST]) -> Facts:
    """What the whole package says, ports.py and runtime.py too."""
    facts = Facts()
    for node in (node for tree in trees for node in ast.walk(tree)):
        name, type_ = annotated(node)
        told = ast.unparse(type_) if type_ else ""
        if told == "bool":
            facts.booleans.add(name)
        match node:
            case ast.ClassDef(body=body):
                functions = [item for item in body if isinstance(item, ast.FunctionDef)]
                properties = {item.name for item in functions if item.decorator_list}
                facts.methods |= {item.name for item in functions} - properties
                facts.attributes |= properties | {annotated(item)[0] for item in body if isinstance(item, ast.AnnAssign)}
            case ast.Attribute(attr=attr, ctx=ast.Store()):
                facts.attributes.add(attr)
    return facts


def focus(facts: Facts, tree: ast.Module, is_browser: bool) -> Facts:
    """The same, for one module of the package."""
    links = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    names |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    tables = {annotated(node)[0] for node in ast.walk(tree) if _is_table(node)}
    return Facts(facts.methods, facts.attributes, facts.booleans, tables, names, links, is_browser)


def _is_table(node: ast.AST) -> bool:
    type_ = annotated(node)[1]
    return not isinstance(node, ast.FunctionDef) and type_ is not None and ast.unparse(type_).startswith("dict[")
