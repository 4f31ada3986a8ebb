"""The names of a package that the rules need before they see a line of it: methods, attributes, booleans, dicts.

Names alone decide here. Rules that need the type of an expression are in `typed_rules.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Place = tuple[int, int, int | None, int | None]
"""Where an expression begins and ends: line, column, last line, last column."""
Kinds = frozenset[str]
"""The kinds of value that an expression may have: see `expression_types.kinds_of`."""
PREDICATES = ("is_", "has_", "was_", "can_", "should_")
TYPES = ("annotation", "returns")


@dataclass
class Symbols:
    """Names of one package, with the parent of each node of the module that is checked."""

    methods: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    booleans: set[str] = field(default_factory=set)
    dicts: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    is_browser: bool = False
    kinds: dict[Place, Kinds] = field(default_factory=dict)

    def kinds_of(self, node: ast.AST) -> Kinds:
        """The kinds of value that an expression may have, for the typed rules; none where its type is not known."""
        return self.kinds.get(place_of(node), frozenset())

    def is_boolean(self, name: str) -> bool:
        """Whether a name, or the result of a function of that name, is True or False and nothing else."""
        return name.lstrip("_").startswith(PREDICATES) or name in self.booleans

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, the innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function_of(self, node: ast.AST) -> ast.AST:
        """The innermost function around a node, or the module."""
        around = [node, *self.ancestors(node)]
        return next((outer for outer in around[1:] if isinstance(outer, ast.FunctionDef | ast.Lambda)), around[-1])


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that is executed: annotations are for mypy."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in TYPES:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child)


def place_of(node: ast.AST) -> Place:
    """The place of an expression; that of a node without one is never looked up."""
    if not isinstance(node, ast.expr):
        return 0, 0, 0, 0
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


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


def collect(trees: Iterable[ast.AST]) -> Symbols:
    """The names of a whole package, of ports.py and runtime.py too."""
    symbols = Symbols()
    for node in (node for tree in trees for node in ast.walk(tree)):
        name, type_ = annotated(node)
        type_text = ast.unparse(type_) if type_ else ""
        if type_text == "bool":
            symbols.booleans.add(name)
        match node:
            case ast.ClassDef(body=body):
                functions = [item for item in body if isinstance(item, ast.FunctionDef)]
                properties = {item.name for item in functions if item.decorator_list}
                symbols.methods |= {item.name for item in functions} - properties
                symbols.attributes |= properties | {annotated(item)[0] for item in body if isinstance(item, ast.AnnAssign)}
            case ast.Attribute(attr=attr, ctx=ast.Store()):
                symbols.attributes.add(attr)
    return symbols


def for_module(package: Symbols, tree: ast.Module, is_browser: bool) -> Symbols:
    """The names of the package, with those of one of its modules."""
    links = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    names |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    dicts = {annotated(node)[0] for node in ast.walk(tree) if _declares_dict(node)}
    return Symbols(package.methods, package.attributes, package.booleans, dicts, names, links, is_browser)


def _declares_dict(node: ast.AST) -> bool:
    type_ = annotated(node)[1]
    return not isinstance(node, ast.FunctionDef) and type_ is not None and ast.unparse(type_).startswith("dict[")
