"""The document says what the program does, and what the program answers is what the document says."""

from __future__ import annotations

import pytest
from jsonschema_rs import Draft202012Validator

from webapp.core import access
from webapp.interface.document import document
from webapp.interface.fields import LEVEL_WORDS, Level
from webapp.interface.operations import OPERATIONS
from webapp.interface.routes import PREFIX, ROUTES

NO_ROW = "00000000-0000-7000-8000-000000000000"


def routes(app):
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{PREFIX}/"):
            path = rule.rule.replace("<uuid:item_id>", "{id}")
            found |= {(path, method.lower()) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


def validator(described, schema):
    return Draft202012Validator({**schema, "components": described["components"]}, validate_formats=True)


def check(described, operation, answer):
    """The answer is one of those that the document names for the operation, and looks as it says."""
    said = described["paths"][operation.path][operation.method.lower()]["responses"][str(answer.status_code)]
    if "content" not in said:
        assert answer.data == b""
        return
    (content_type, content), = said["content"].items()
    assert answer.content_type == content_type
    validator(described, content["schema"]).validate(answer.get_json())
    for name in said.get("headers", {}):
        assert name in answer.headers or name == "Link", name


def test_the_routes_known_at_the_start_are_those_of_the_operations():
    assert [(each.name, each.rule, each.method) for each in ROUTES] == [(each.name, each.rule, each.method) for each in OPERATIONS]


def test_every_route_is_in_the_document_and_nothing_else(app, client):
    described = client.get("/api/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == routes(app)
    names = [each["operationId"] for methods in described["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_every_route_is_for_holders_of_tokens(app):
    declared = access.declared(app)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"{PREFIX}/"):
            assert declared[rule.endpoint] == (access.MACHINE, "holders of an access token")


def test_every_reference_of_the_document_leads_somewhere(app):
    described = document()

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            for each in value.values():
                yield from references(each)
        if isinstance(value, list):
            for each in value:
                yield from references(each)

    found = set(references(described))
    assert found
    for reference in found:
        assert reference.rpartition("/")[2] in described["components"]["schemas"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_answer_is_as_the_document_says(operation, program, here, client):
    described = document()
    path = operation.path.replace("{id}", here[operation.noun.name])
    body = {"name": "孙丽", **({"type": "media"} if operation.noun.name == "organisations" else {})}
    good = {"json": body, "headers": {"If-Match": "*"}} if operation.body else {}
    if operation.kind == "change":
        good["json"] = {"name": "孙丽"}
    answer = program.send(operation.method, path, **good)
    assert answer.status_code in (200, 201)
    check(described, operation, answer)
    if operation.method == "GET":
        check(described, operation, program.send("GET", path, headers={"If-None-Match": answer.headers["ETag"]}))
    check(described, operation, program.send(operation.method, f"{path}?unknown=1" if not operation.body else path, json={"x": 1}))
    check(described, operation, client.open(path, method=operation.method))
    if operation.one:
        check(described, operation, program.send(operation.method, operation.path.replace("{id}", NO_ROW), **good))


def test_a_field_that_may_only_be_left_out_is_not_null_in_the_document(app):
    fields = document()["components"]["schemas"]["PersonChange"]["properties"]
    assert fields["name"]["type"] == "string"
    assert "default" not in fields["name"]
    assert {"type": "null"} in fields["sex"]["anyOf"]


def test_the_words_for_position_levels_are_those_of_the_type():
    assert set(LEVEL_WORDS.values()) == set(Level.__args__)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_for_people_lists_every_operation(language, client):
    text = client.get(f"/api/?lang={language}").get_data(as_text=True)
    for operation in OPERATIONS:
        assert f"{operation.method} {operation.path}" in text
    assert ("人员" in text) is (language == "zh-Hans")
