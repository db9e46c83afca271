"""wabbit-networks publishes net-monitor, acme-rockets tests it and signs it again: the whole path, for eight images.

Keys are made, images are signed in an OCI layout, the real service is started and asked over HTTP, and the shipped
policies decide in the embedded engine. Exits 0 when every decision is the one that the story expects.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from images import Layout

WORK = Path("demo-work")
SIGCLAIMS = Path(sys.executable).parent / "sigclaims"

WABBIT, ACME, MALLORY = "registry.wabbit-networks.io", "acme-rockets.azurecr.io", "mallory.example"
POLICIES = ("pulled_from_signer", "required_signers")
SIGNERS = {WABBIT: [f"ca:wabbit-networks/{WABBIT}"], ACME: [f"ca:acme-rockets/{ACME}"]}


@dataclass(frozen=True)
class Case:
    """One image of the story: what happened to it, its name by digest, and whether anything should be denied."""

    what: str
    image: str
    denied: bool = True


def main() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    began = time.monotonic()
    heading("1  Keys: a self-signed one for wabbit-networks, a CA and a leaf for acme-rockets, and a foreign CA")
    make_keys()
    heading("2  Images and signatures, in an OCI image layout")
    cases = sign_images()
    heading("3  The service, asked over HTTP")
    with serving() as url:
        documents = ask(url, [case.image for case in cases])
        heading("4  Facts, and what the policies decide upon them")
        denials = decide(documents)
    unexpected = [case.what for case in cases if case.denied != bool(denials.get(case.image))]
    for case in cases:
        show(case, documents[case.image], denials.get(case.image, []))
    print(f"\n{len(cases)} images in {time.monotonic() - began:.0f} s. Facts were stated, Rego decided. Look around:")
    print(f"  {SIGCLAIMS} claims --config {WORK}/sigclaims.toml --format text {cases[0].image}")
    for what in unexpected:
        print(f"NOT AS EXPECTED: {what}", file=sys.stderr)
    return 1 if unexpected else 0


def make_keys() -> None:
    sigclaims("keygen", WABBIT, "--output", WORK / "keys/wabbit-networks")
    sigclaims("keygen", ACME, "--ca", "--output", WORK / "keys/acme-rockets")
    sigclaims("keygen", ACME, "--ca", "--output", WORK / "keys/foreign", note="a foreign CA issues acme's name too")
    trust("wabbit-networks", WORK / "keys/wabbit-networks/chain.pem")
    trust("acme-rockets", WORK / "keys/acme-rockets/ca.pem")
    trust("some-partner", WORK / "keys/foreign/ca.pem")
    (WORK / "signers.json").write_text(json.dumps({"signers": SIGNERS}, indent=2))


def sign_images() -> list[Case]:
    layout = Layout(WORK / "images")
    sources = [f"{WABBIT}/net-monitor", f"{ACME}/net-monitor", f"{MALLORY}/net-monitor"]
    (WORK / "sigclaims.toml").write_text(
        f'[http]\nlisten = "127.0.0.1:{free_port()}"\nworkers = 1\n\n[trust]\nfolder = "trust"\n'
        f'withdrawals = "withdrawals.json"\n\n[[source]]\nname = "images"\nkind = "layout"\npath = "images"\n'
        f"repositories = {json.dumps(sources)}\n"
    )
    (WORK / "withdrawals.json").write_text('{"version": "1", "withdrawals": []}')

    def image(tag: str, *signers: str, descriptor: dict[str, Any] | None = None) -> str:
        """An image that wabbit published and acme copied, signed by some of them; gives acme's name for it."""
        descriptor = descriptor or layout.image(f"net-monitor {tag}")
        layout.tag(descriptor, f"{WABBIT}/net-monitor:{tag}")
        copied = layout.tag(descriptor, f"{ACME}/net-monitor:{tag}")
        for signer in signers:
            sign(signer, f"{WABBIT if signer == 'wabbit-networks' else ACME}/net-monitor:{tag}")
        return copied

    both = ("wabbit-networks", "acme-rockets")
    good = image("v1", *both)
    cases = [
        Case("signed by wabbit-networks, and again by acme-rockets", good, denied=False),
        Case("signed by its publisher only", image("v2", "wabbit-networks")),
        Case("unsigned", image("v3")),
        Case("moved to a foreign registry", good.replace(ACME, MALLORY)),
    ]
    cases.append(Case("publisher's signature withdrawn", image("v4", *both)))
    withdraw("v4")
    cases.append(Case("publisher's signature withdrawn, and deleted", image("v5", *both)))
    withdraw("v5")
    layout.delete(attached[f"{WABBIT}/net-monitor:v5"])
    signed = layout.image("net-monitor v6", {"os": "linux", "architecture": "amd64"})
    foreign = layout.image("a miner", {"os": "linux", "architecture": "arm64"})
    image("v6-amd64", *both, descriptor=signed)
    index = layout.index([signed, foreign])
    cases.append(Case("an index: one platform signed, one foreign", image("v6", descriptor=index)))
    cases.append(Case("a foreign CA issued acme's name", image("v7", "wabbit-networks", "foreign")))
    return cases


attached: dict[str, str] = {}


def sign(signer: str, name: str) -> None:
    """Sign an image in the layout under a name, and remember the manifest that holds the signature."""
    keys, file = WORK / "keys" / signer, WORK / f"{signer}-{name.rpartition(':')[2]}.jwt"
    key = ("--key", keys / "key.pem", "--chain", keys / "chain.pem")
    arguments = (*key, "--layout", WORK / "images", "--image", name, "--expires-in", "90d", "--attach")
    printed = sigclaims("sign", *arguments, "--output", file, quiet=len(attached) > 1)
    if len(attached) == 2:
        print("  $ ... and so on, for the other images")
    attached[name] = printed.rsplit(maxsplit=1)[-1]


def withdraw(tag: str) -> None:
    file = WORK / f"wabbit-networks-{tag}.jwt"
    reason = ("--reason", "the build machine was broken into")
    sigclaims("withdraw", "--withdrawals", WORK / "withdrawals.json", "--signature", file, *reason)


@contextmanager
def serving() -> Iterator[str]:
    """The real service, for as long as it is needed."""
    config = WORK / "sigclaims.toml"
    url = "http://" + config.read_text().split('"')[1]
    print(f"  $ sigclaims serve --config {config}")
    with (
        (WORK / "serve.log").open("wb") as log,
        subprocess.Popen([SIGCLAIMS, "serve", "--config", config], stderr=log) as server,
    ):
        try:
            wait_until_ready(server, f"{url}/readyz")
            yield url
        finally:
            server.terminate()


def wait_until_ready(server: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"the service did not start; see {WORK}/serve.log")


def ask(url: str, images: list[str]) -> dict[str, dict[str, Any]]:
    print(f"  POST {url}/v1/claims  {len(images)} images")
    body = json.dumps({"images": images}).encode()
    request = urllib.request.Request(f"{url}/v1/claims", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        results = json.load(response)["results"]
    (WORK / "claims.json").write_text(json.dumps(results, indent=2))
    return {result["image"]: result["claims"] for result in results}


def decide(documents: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    question = {
        "images": [{"image": image, "claims": document} for image, document in documents.items()],
        "parameters": {"signers": SIGNERS},
    }
    (WORK / "question.json").write_text(json.dumps(question, indent=2))
    policies = [argument for name in POLICIES for argument in ("--policy", f"sigclaims:{name}")]
    arguments = (*policies, "--input", WORK / "question.json", "--engine", "embedded", "--format", "json")
    decision = json.loads(sigclaims("evaluate", *arguments, expected=(0, 1), output="stdout"))
    denials: dict[str, list[dict[str, str]]] = {}
    for denial in decision["deny"]:
        denials.setdefault(denial["image"], []).append(denial)
    return denials


def show(case: Case, document: dict[str, Any], denials: list[dict[str, str]]) -> None:
    print(f"\n{bold(case.what)}\n  {case.image}")
    for signature in document["signatures"]:
        print(f"    sound        {signature['signer']['identities'][0]}  {signature['claims']['references'][0]}")
    for signature in document["invalidated"]:
        reasons = ", ".join(f"{one['reason']}: {one['detail']}" for one in signature["reasons"])
        print(f"    invalidated  {signature['signer']['identities'][0]}  {reasons}")
    if not document["signatures"] and not document["invalidated"]:
        print("    no signature over it")
    for platform in document["platforms"]:
        count = len(platform["signatures"])
        print(f"    platform     {platform['platform']['architecture']}: {count} sound signatures of its own")
    for denial in denials:
        why = denial["message"].removeprefix(f"{case.image}: ")
        print(f"  {red('denied')} {denial['code']}: {why}")
    if not denials:
        print(f"  {green('nothing denied')}")


def sigclaims(
    *arguments: object, expected: tuple[int, ...] = (0,), output: str = "stderr", quiet: bool = False, note: str = ""
) -> str:
    """Run the command as a user would; gives what it printed."""
    words = [str(argument) for argument in arguments]
    if not quiet:
        print(f"  $ sigclaims {' '.join(words)}" + (f"   # {note}" if note else ""))
    done = subprocess.run([SIGCLAIMS, *words], capture_output=True, text=True, check=False)
    if done.returncode not in expected:
        sys.exit(f"sigclaims {words[0]} exited {done.returncode}: {done.stderr}")
    return done.stdout if output == "stdout" else done.stderr


def trust(store: str, certificate: Path) -> None:
    folder = WORK / "trust/x509/ca" / store
    folder.mkdir(parents=True)
    shutil.copy(certificate, folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def heading(text: str) -> None:
    print(f"\n{bold(text)}", flush=True)


def bold(text: str) -> str:
    return _styled("1", text)


def red(text: str) -> str:
    return _styled("31", text)


def green(text: str) -> str:
    return _styled("32", text)


def _styled(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


if __name__ == "__main__":
    sys.exit(main())
