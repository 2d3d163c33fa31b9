"""An OpenAPI document as the page shows it. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post")
Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or property; `schema` names the shape it links to, if it has one."""

    name: str
    place: str
    kind: str
    schema: str
    required: bool
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class OutlineAnswer:
    status: str
    description: str
    content_type: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    parameters: list[Field]
    body: list[Field]
    answers: list[OutlineAnswer]


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Outline:
    title: str
    version: str
    description: str
    topics: list[Topic]
    shapes: list[Shape]


def outline(document: Node) -> Outline:
    """Return the operations by topic, then the shapes they speak of, each in the document's order."""
    schemas = document["components"]["schemas"]
    operations = [
        (operation["tags"][0], _operation(path, method, operation, document))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    topics = [
        Topic(tag["name"], tag["description"], [o for name, o in operations if name == tag["name"]])
        for tag in document["tags"]
    ]
    shapes = [Shape(name, _fields(schemas[name])) for name in sorted(schemas)]
    info = document["info"]
    return Outline(info["title"], info["version"], info["description"], topics, shapes)


def _operation(path: str, method: str, operation: Node, document: Node) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        needs_token=bool(operation.get("security")),
        parameters=[_parameter(p) for p in _resolved(_parameters(path, operation, document), document)],
        body=_fields(_resolve(body, document)) if body else [],
        answers=[
            _answer(status, _resolve(found, document)) for status, found in operation["responses"].items()
        ],
    )


def _parameters(path: str, operation: Node, document: Node) -> Iterable[Node]:
    yield from document["paths"][path].get("parameters", ())
    yield from operation.get("parameters", ())


def _resolved(nodes: Iterable[Node], document: Node) -> list[Node]:
    return [_resolve(node, document) for node in nodes]


def _resolve(node: Node, document: Node) -> Node:
    """Follow a `$ref` inside the document."""
    if "$ref" not in node:
        return node
    found: Node = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _resolve(found, document)


def _parameter(node: Node) -> Field:
    schema = node.get("schema", {})
    return _field(node["name"], node["in"], {**schema, **_told(node)}, required=bool(node.get("required")))


def _told(node: Node) -> dict[str, Any]:
    return {name: node[name] for name in ("description", "example") if name in node}


def _fields(schema: Node) -> list[Field]:
    required = schema.get("required", ())
    return [
        _field(name, "body", node, required=name in required)
        for name, node in schema.get("properties", {}).items()
    ]


def _field(name: str, place: str, node: Node, *, required: bool) -> Field:
    return Field(
        name=name,
        place=place,
        kind=_kind(node),
        schema=_schema_name(node),
        required=required,
        description=_sentence(node),
        example=str(node.get("example", "")),
    )


def _kind(node: Node) -> str:
    """Return the type in words: "array of string", "date-time or null"."""
    kinds = node.get("type", "object")
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    if "format" in node:
        names[0] = node["format"]
    if names[0] == "array":
        inside = node.get("items", {})
        names[0] = f"array of {_schema_name(inside) or _kind(inside)}"
    return " or ".join(names)


def _schema_name(node: Node) -> str:
    """Return the name of the shape this is, or is a list of."""
    inside = node.get("items", node)
    choices = [inside, *inside.get("allOf", ()), *inside.get("anyOf", ())]
    return next((c["$ref"].rsplit("/", 1)[-1] for c in choices if "$ref" in c), "")


def _sentence(node: Node) -> str:
    """Return the description with the bounds that a request is held to."""
    parts = [str(node["description"])] if node.get("description") else []
    parts += ["one of " + ", ".join(map(str, node["enum"]))] if "enum" in node else []
    if "minimum" in node and "maximum" in node:
        parts.append(f"{node['minimum']} to {node['maximum']}")
    if node.get("default") is not None:
        parts.append(f"default {node['default']}")
    return "; ".join(parts)


def _answer(status: str, found: Node) -> OutlineAnswer:
    content = found.get("content", {})
    kind = next(iter(content), "")
    schema = content[kind].get("schema", {}) if kind else {}
    return OutlineAnswer(status, found.get("description", ""), kind, _schema_name(schema))
