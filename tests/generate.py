"""Writes anew what is generated out of the code: schemas, and the tables in the documentation.

`python -m tests.generate` writes; `test_generated.py` compares with what is committed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from provider import schema
from provider.config import SECTIONS
from provider.errors import CODES

ROOT = Path(__file__).parents[1]

MARK = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def files() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    tables = {"errors": "\n".join(errors()), "settings": "\n".join(settings()), "document": "\n".join(document())}
    written = {ROOT / "schemas" / name: schema.rendered(name) for name in schema.SCHEMAS}
    for name, table in tables.items():
        path = ROOT / "docs" / f"{name}.md"
        block = f"<!-- generated: {name} -->\n{table}\n<!-- end -->"
        before, _, after = MARK.sub("\0", path.read_text("utf-8")).partition("\0")
        written[path] = before + block + after
    return written


def errors() -> Iterator[str]:
    """The table of codes."""
    yield "| code | family | HTTP | what it means | what to do |"
    yield "|---|---|---|---|---|"
    for code, row in CODES.items():
        yield f"| `{code}` | {row.family} | {row.status or ''} | {row.meaning} | {row.remedy} |"


def settings() -> Iterator[str]:
    """A table of settings for each section."""
    for section, described in SECTIONS.items():
        title = f"[[{section}]]" if section == "source" else f"[{section}]"
        yield f"## `{title}`\n\n{(described.__doc__ or '').strip()}\n"
        yield "| setting | type | default | |"
        yield "|---|---|---|---|"
        properties = msgspec.json.schema(described)["$defs"][described.__name__]["properties"]
        for field in msgspec.structs.fields(described):
            about = properties[field.encode_name]
            default = "required" if field.required else f"`{msgspec.json.encode(field.default).decode()}`"
            yield f"| `{section}.{field.encode_name}` | {_type(about)} | {default} | {about['description']} |"
        yield ""


def document() -> Iterator[str]:
    """A table of fields for each part of the document, from the outside in."""
    parts: dict[str, Any] = schema.schema("claims.json")["$defs"]
    queue, seen = ["Document"], set[str]()
    while queue:
        name = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield f"## {name}\n\n{parts[name]['description']}\n"
        yield "| field | type |"
        yield "|---|---|"
        for field, about in parts[name]["properties"].items():
            yield f"| `{field}` | {_type(about)} |"
            queue += re.findall(r"\]\(#(\w+)\)", _type(about, raw=True))
        yield ""


def _type(about: dict[str, Any], *, raw: bool = False) -> str:  # noqa: PLR0911  # a row for each form
    match about:
        case {"anyOf": options}:
            return " or ".join(_type(option, raw=raw) for option in options)
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name if raw else name.lower()})"
        case {"enum": values}:
            return ", ".join(f"`{msgspec.json.encode(value).decode()}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_type(items, raw=raw)}"
        case {"type": "object", "additionalProperties": {"type": kind}}:
            return f"map from text to {kind.replace('string', 'text')}"
        case {"pattern": pattern} if "sha256" in pattern:
            return "digest"
        case {"pattern": pattern} if "T" in pattern:
            return "time"
        case {"type": kind}:
            return str(kind).replace("string", "text")
        case _:
            return "anything"


def main() -> None:
    for path, text in files().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
