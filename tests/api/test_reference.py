"""The page that describes the API to people."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import httpx

from api.consents.schemas import ConsentChange
from api.conversations.agency_schemas import AgencyMessage
from api.conversations.schemas import NewMessage
from api.questions.public_schemas import AboutToAsk
from api.questions.schemas import NewQuestion
from api.reference.page import render

BODIES = [
    ("post", "/v1/questions", NewQuestion),
    ("post", "/v1/questions/similar", AboutToAsk),
    ("put", "/v1/me/consents/{purpose}", ConsentChange),
    ("post", "/v1/dossiers/{code}/messages", NewMessage),
    ("post", "/v1/agency/dossiers/{code}/messages", AgencyMessage),
]


async def test_every_operation_and_schema_is_described(client: httpx.AsyncClient):
    """What the document holds is on the page, and each link of the page leads somewhere on it."""
    document = (await client.get("/openapi.json")).json()
    page = (await client.get("/docs")).text
    places = set(re.findall(r'id="([^"]+)"', page))
    operations = {
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    }
    assert places == operations | {f"schema-{name}" for name in document["components"]["schemas"]}
    assert set(re.findall(r'href="#([^"]+)"', page)) <= places
    for path in document["paths"]:
        assert f" {path}</code>" in page
    assert "&#34;dossier_code&#34;: &#34;" in page


async def test_whole_bodies_are_shown_that_fit_their_models(client: httpx.AsyncClient):
    """What is new to most has them: fields that each have an example may contradict each other."""
    document = (await client.get("/openapi.json")).json()
    page = unescape((await client.get("/docs")).text)
    for method, path, model in BODIES:
        body = document["paths"][path][method]["requestBody"]
        assert body["required"]
        content = body["content"]["application/json"]
        assert content["schema"] == {"$ref": f"#/components/schemas/{model.__name__}"}
        for example in content["examples"].values():
            model.model_validate_json(json.dumps(example["value"]))
            assert json.dumps(example["value"], ensure_ascii=False, indent=2) in page


async def test_names_are_for_people(client: httpx.AsyncClient):
    """No schema is called by the module that it is in, and each operation is told in words of its own."""
    document = (await client.get("/openapi.json")).json()
    assert not [name for name in document["components"]["schemas"] if "__" in name]
    for path in document["paths"].values():
        for operation in path.values():
            named = operation["operationId"].replace("_", " ")
            assert not named.startswith(operation["summary"].lower() + " "), operation["summary"]


async def test_nothing_comes_from_elsewhere(client: httpx.AsyncClient):
    """No script, no address of another host, and a policy that lets the page's own style in alone."""
    answer = await client.get("/docs")
    assert not re.search(r'<script|(src|href)="(?![/#])', answer.text)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_what_is_described_is_text():
    """A description is shown as it is written, never as markup."""
    operation = {"operationId": "o", "summary": "<b>", "description": "<i>", "responses": {}}
    info = {"title": "T", "version": "1", "description": "<u>"}
    page = render(
        {"info": info, "openapi": "3.1.0", "paths": {"/": {"get": operation}}, "components": {"schemas": {}}}
    )
    assert not re.search("<[biu]>", page)
    assert "&lt;b&gt;" in page
