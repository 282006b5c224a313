"""doc/openapi.yaml says what the program's own tables say: routes, objects, problems. It is itself valid."""

import json
import os
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import BUILDDIR, Test

try:
    from backend import Contract
    from jsonschema import Draft202012Validator
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def lookup(document, reference):
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part) if isinstance(node, dict) else None
    return node


def without_words(node, own):
    """The schema without its descriptions, and with what only the page has a name for put in its place."""
    if isinstance(node, dict):
        name = node.get("$ref", "").rpartition("/")[2]
        if name in own:
            return without_words(own[name], own)
        return {k: without_words(v, own) for k, v in node.items() if k != "description"}
    return [without_words(v, own) for v in node] if isinstance(node, list) else node


with Test() as t:
    contract = Contract().document
    status, out, err = t.run(os.path.join(BUILDDIR, "tests/api/shapes"))
    t.equal((status, err), (0, ""), "the program tells what it knows")
    program = json.loads(out)

    t.equal(contract["openapi"][:4], "3.1.", "it is OpenAPI 3.1")
    t.equal([r for r in references(contract) if lookup(contract, r) is None], [], "every reference leads somewhere")
    for name, schema in contract["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
    t.check(True, "every schema is one")

    routes = {(r["path"].replace("*}", "}"), r["method"].lower()) for r in program["routes"]}
    written = {(path, method) for path, methods in contract["paths"].items() for method in methods}
    t.equal(sorted(written - routes), [], "no path is promised that there is not")
    t.equal(sorted(routes - written), [], "no path is kept secret")
    opened = {r["path"] for r in program["routes"] if r["open"]}
    free = {path for path, methods in contract["paths"].items()
            if any(m.get("security") == [] for m in methods.values())}
    t.equal(free, opened, "what needs nobody is said to")

    names = [m["operationId"] for methods in contract["paths"].values() for m in methods.values()]
    t.equal(len(names), len(set(names)), "operation ids are unique")
    schemas = contract["components"]["schemas"]
    own = {name: schema for name, schema in schemas.items() if name not in program["schemas"]}
    for name, schema in program["schemas"].items():
        t.equal(without_words(schemas[name], own), schema, f"{name} is as it is written")

    problem = contract["components"]["schemas"]["Problem"]
    t.equal(problem["properties"]["type"]["enum"][1:], [p["type"] for p in program["problems"]],
            "all problem types are there")
    t.equal(problem["x-problems"], program["problems"], "with their status and title")
    statuses = {f"Problem{p['status']}" for p in program["problems"]}
    t.equal(sorted(statuses - set(contract["components"]["responses"]) - {"Problem502"}), [],
            "every status of a problem has its answer")
