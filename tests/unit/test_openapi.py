"""docs/openapi.yaml says what its author meant: the specification allows it, no text is torn, each example is valid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

TEXT = (Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text()
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)

KEYWORDS = set("$ref type const enum description required properties items minItems maxItems minLength minimum pattern".split())
KEYWORDS |= {"examples"}
"""Those of JSON Schema that are used here. JSON Schema ignores what it does not know, so a typing error would pass."""

TORN = [
    "{ type: string, description: The same JSON, as text, which needs no CORS preflight. }",
    "{ type: number, description: Of this attempt, ms since 1970 by the visitor's clock. }",
]
"""An unquoted comma ends a text in YAML's flow style; the rest became keys without a value."""


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from schemas(value)
            if key in ("schema", "items"):
                yield value
            elif key in ("schemas", "properties"):
                yield from value.values()
    elif isinstance(node, list):
        for item in node:
            yield from schemas(item)


def unknown_keywords(document: Any) -> list[str]:
    """The keys of schemas that are none of `KEYWORDS`."""
    return [key for schema in schemas(document) for key in schema if key not in KEYWORDS]


def test_the_specification_allows_it() -> None:
    """openapi-spec-validator finds no fault: OpenAPI 3.1."""
    validate(DOCUMENT)


def test_no_text_is_torn() -> None:
    """Each key of each schema is a keyword."""
    assert len(list(schemas(DOCUMENT))) > 30
    assert unknown_keywords(DOCUMENT) == []


@pytest.mark.parametrize("schema", TORN)
def test_a_torn_text_is_found(schema: str) -> None:
    """The unquoted commas that this file once had are found."""
    assert len(unknown_keywords(yaml.safe_load(f"schema: {schema}"))) > 0


def contents(node: Any) -> Iterator[dict[str, Any]]:
    """Every body that is described, of a request or an answer."""
    if isinstance(node, dict):
        yield from (media for media in node.get("content", {}).values())
        for value in node.values():
            yield from contents(value)


def test_the_examples_are_valid() -> None:
    """Each example of a body is what its schema allows, and each one is used."""
    used = set()
    for media in contents(DOCUMENT):
        for reference in media.get("examples", {}).values():
            name = reference["$ref"].rpartition("/")[2]
            schema = {**media["schema"], "components": DOCUMENT["components"]}
            jsonschema.validate(DOCUMENT["components"]["examples"][name]["value"], schema)
            used.add(name)
    assert used == set(DOCUMENT["components"]["examples"])


def test_a_wrong_example_would_be_found() -> None:
    """A batch without its id is none: the schemas that the examples are compared with do forbid something."""
    batch = {**DOCUMENT["components"]["examples"]["Batch"]["value"]}
    del batch["batchId"]
    schema = {"$ref": "#/components/schemas/BatchRequest", "components": DOCUMENT["components"]}
    with pytest.raises(jsonschema.ValidationError, match="batchId"):
        jsonschema.validate(batch, schema)


def test_every_part_is_used() -> None:
    """No header, answer, schema or example stands there unused, and every reference leads to one."""
    named = {f"#/components/{kind}/{name}" for kind, parts in DOCUMENT["components"].items() for name in parts}
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT))) == named
