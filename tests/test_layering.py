"""Data goes one way: a module imports only what stands before it in the flow, and the core is free of the rim."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "provider"

# The flow. A module may import what stands in an earlier row, or earlier in its own.
FLOW = [
    # what everything speaks of
    ["claims", "errors", "digest", "instant", "strict", "canonical", "reference", "reading", "schema"],
    # the core: bytes in, evidence out
    ["keys", "certificate", "names", "withdrawals", "trust", "oci"],
    ["envelopes.envelope", "envelopes.nv2", "envelopes"],
    ["chain", "validity", "revocation", "verify", "document"],
    # the rim: files, settings, the clock
    ["config", "clock", "writing", "trust_watch", "trust_folder", "issue", "sign"],
    [
        "source.source",
        "source",
        "source.referrer",
        "source.layout",
        "source.files",
        "source.attach",
        "source.configured",
    ],
    ["service", "batch"],
    # surfaces, which do not know each other
    ["engine.process", "engine.decision", "engine.metadata", "engine.policy"],
    ["engine.calls", "engine.heads", "engine.embedded", "engine.opa", "engine", "engine.embedded_child"],
    ["web", "web.problem", "web.log", "web.claims", "web.health", "web.app", "web.server"],
    ["cli.output", "cli.text", "cli.inputs", "cli.batches"],
    ["cli.init", "cli.config", "cli.trust", "cli.inspect"],
    [
        "cli.verify",
        "cli.claims",
        "cli.evaluate",
        "cli.keygen",
        "cli.sign",
        "cli.withdraw",
        "cli.serve",
        "cli.main",
        "cli",
    ],
]
ORDER = [name for row in FLOW for name in row]
CORE = ORDER[: ORDER.index("document") + 1]


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def imports(name: str, path: Path) -> Iterator[str]:
    """The modules of ours that a module imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            if node.module and node.module.split(".")[0] == "provider":
                base = node.module.removeprefix("provider").removeprefix(".")
                for alias in node.names:
                    whole = f"{base}.{alias.name}".strip(".")
                    yield whole if whole in ORDER else base
        elif isinstance(node, ast.Import):
            yield from (alias.name[9:] for alias in node.names if alias.name.startswith("provider."))


def test_every_module_has_its_place_in_the_flow() -> None:
    assert sorted(modules()) == sorted(ORDER)


def test_a_module_imports_only_what_stands_before_it() -> None:
    found = modules()
    wrong = [
        f"{name} imports {imported}"
        for name, path in found.items()
        for imported in imports(name, path)
        if imported and ORDER.index(imported) > ORDER.index(name) and not imported.startswith(f"{name}.")
    ]
    assert wrong == []


def test_the_surfaces_do_not_know_each_other() -> None:
    surfaces = {"engine", "web"}
    for name, path in modules().items():
        own = name.split(".")[0]
        others = {imported.split(".")[0] for imported in imports(name, path)} & surfaces
        assert own == "cli" or others <= {own}, f"{name} imports of {others}"


def test_the_core_imports_without_store_engines_audit_and_web() -> None:
    names = ", ".join(f"provider.{name}" for name in CORE)
    foreign = ("flask", "granian", "structlog", "click", "yaml", "regorus", "requests", "sqlalchemy", "http.client")
    program = f"import sys, {names}\nprint([m for m in sys.modules if m.startswith({foreign!r}) or m.startswith("
    program += "('provider.web', 'provider.engine', 'provider.cli', 'provider.source', 'provider.store'))])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_core_reads_no_clock_and_opens_no_socket() -> None:
    banned = {"socket", "time", "datetime", "http", "urllib", "requests", "os", "subprocess", "threading"}
    allowed = {"instant": {"datetime"}, "reading": {"os"}, "trust": {"os"}}
    for name in CORE:
        tree = ast.parse(modules()[name].read_text("utf-8"))
        named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        named |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        used = {one.split(".")[0] for one in named} & banned
        assert used <= allowed.get(name, set()), f"{name} imports {used}"
