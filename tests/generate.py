"""Writes anew what is generated out of the code: schemas, and the tables in the documentation.

`python -m tests.generate` writes; `test_generated.py` compares with what is committed.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from provider import schema
from provider.cli.main import sigclaims
from provider.config import SECTIONS
from provider.errors import CODES

ROOT = Path(__file__).parents[1]

MARK = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def files() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    sections = {"errors": errors, "settings": settings, "document": document, "commands": commands}
    tables = {name: "\n".join(lines()) for name, lines in sections.items()}
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
        yield f"## `{title}`\n\n{inspect.cleandoc(described.__doc__ or '')}\n"
        yield "| setting | type | default | |"
        yield "|---|---|---|---|"
        properties = msgspec.json.schema(described)["$defs"][described.__name__]["properties"]
        for field in msgspec.structs.fields(described):
            about = properties[field.encode_name]
            default = "required" if field.required else f"`{msgspec.json.encode(field.default).decode()}`"
            yield f"| `{section}.{field.encode_name}` | {_type(about)} | {default} | {about['description']} |"
        yield ""


def commands() -> Iterator[str]:
    """Every command with its help, its example and its options."""
    for name, command in leaves(sigclaims):
        text, _, example = inspect.cleandoc(command.help or "").replace("\b\n", "").partition("Example:\n")
        arguments = " ".join(_argument(one) for one in command.params if isinstance(one, click.Argument))
        yield f"### `sigclaims {name}`\n\n{text.strip()}\n"
        yield f"    sigclaims {f'{name} {arguments}'.strip()} [OPTIONS]\n"
        yield "| option | |"
        yield "|---|---|"
        for option in (one for one in command.params if isinstance(one, click.Option)):
            value = "" if option.is_flag else f" {_value(option)}"
            required = " Required." if option.required else ""
            given = option.default if isinstance(option.default, str | int | Path) and not option.is_flag else None
            usual = "" if given is None else f" Default: `{given}`."
            yield f"| `{option.opts[0]}{value}` | {option.help}{required}{usual} |".replace("FILE|", "FILE or ")
        lines = inspect.cleandoc("x\n" + example).splitlines()[1:]
        yield "\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that is no group, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _argument(one: click.Argument) -> str:
    name = one.human_readable_name.upper() + ("..." if one.nargs == -1 else "")
    return name if one.required else f"[{name}]"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return ", ".join(option.type.choices)
    if isinstance(option.type, click.IntRange):
        return f"{option.type.min} to {option.type.max}"
    return option.metavar or "TEXT"


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
