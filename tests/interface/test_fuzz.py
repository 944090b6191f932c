"""Requests that nobody thought of: schemathesis makes them from the document and holds every answer against it."""

from __future__ import annotations

import json
import time
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from webapp.interface import serving
from webapp.interface.document import document
from webapp.interface.operations import OPERATIONS

EXAMPLES = 12
BUDGET = 30
# Left out: that every value of the right type is taken. Rules know more than types: whether a place is open, whether a name has a letter.
CHECKS = [
    schemathesis.checks.not_a_server_error, openapi_checks.status_code_conformance, openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance, openapi_checks.response_headers_conformance, openapi_checks.negative_data_rejection,
]
SPENT = []


@cache
def operations(app):
    """By name. One schema for all: each reads the program's code for values worth trying, which takes longer than trying them."""
    # The token is the test's own, so none is to be made up.
    schema = schemathesis.openapi.from_dict({name: each for name, each in document().items() if name != "security"})
    schema.app = app
    found = [each.ok() for each in schema.get_all_operations()]
    return {each.definition.raw["operationId"]: each for each in found}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_no_request_brings_an_answer_that_the_document_does_not_know(name, mode, app, program, here, monkeypatch):
    monkeypatch.setattr(serving, "PER_WINDOW", 1_000_000)
    operation = operations(app)[name]
    began = time.process_time()

    @hypothesis_settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def send(data):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if mode is GenerationMode.POSITIVE and "id" in case.path_parameters and data.draw(st.booleans()):
            case.path_parameters["id"] = here[name.partition("_")[2]]
        answer = case.call(headers={"Authorization": f"Bearer {program.token}", "Accept-Encoding": "identity"})
        case.validate_response(answer, checks=CHECKS)

    send()
    SPENT.append(time.process_time() - began)


def test_the_fuzzing_keeps_to_its_time():
    assert sum(SPENT) < BUDGET, json.dumps(SPENT)
