"""docs/openapi.yaml is true of the receiver: schemathesis makes requests of it, valid and invalid ones, and judges the answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.receiver.served import Served, served

CONTRACT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
schema = schemathesis.openapi.from_dict(yaml.safe_load(CONTRACT.read_text()))

load_all_checks()
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "positive_data_acceptance",
)
"""Not `negative_data_rejection`: a batch with an event that is wrong is a 200 that lists it."""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A receiver with an SQLite file."""
    with served(tmp_path_factory.mktemp("openapi")) as made:
        yield made


@schema.parametrize()
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_the_contract_is_true_of_the_receiver(case: schemathesis.Case[Any], receiver: Served) -> None:
    """No 5xx, documented statuses, headers and bodies only, and what is valid is taken."""
    # Of text/plain the contract knows only that it is text, and most texts are no JSON.
    wanted = [name for name in WANTED if name != "positive_data_acceptance" or case.media_type != "text/plain"]
    checks: list[Any] = [CHECKS.get_one(name) for name in wanted]
    case.call_and_validate(base_url=f"http://127.0.0.1:{receiver.port}", checks=checks)
