"""Writes the vectors: `python -m tests.vectors.generate`. What it writes is the same every time, byte for byte."""

import shutil
from functools import cache
from pathlib import Path
from typing import Final

from tests.vectors import (
    cases_algorithms,
    cases_base64,
    cases_chains,
    cases_claims,
    cases_dates,
    cases_header,
    cases_json_form,
    cases_json_text,
    cases_keys,
    cases_names,
    cases_profile,
    cases_signature,
    cases_trust,
    cases_withdrawals,
)
from tests.vectors.draft import BOTH

FOLDER: Final = Path(__file__).parent
SUBJECTS: Final = (
    cases_algorithms,
    cases_signature,
    cases_header,
    cases_base64,
    cases_json_text,
    cases_json_form,
    cases_claims,
    cases_names,
    cases_keys,
    cases_chains,
    cases_profile,
    cases_dates,
    cases_withdrawals,
    cases_trust,
)


@cache
def files() -> dict[str, bytes]:
    """Every generated file, by its path below this folder."""
    found: dict[str, bytes] = {}
    for subject in SUBJECTS:
        for case in subject.cases():
            made = case.files()
            if not found.keys().isdisjoint(made):
                raise AssertionError(f"{case.folder} stands twice")
            found |= made
    return found


def write() -> None:
    """Replace the generated vectors by what the generator makes now."""
    for form in BOTH:
        shutil.rmtree(FOLDER / form, ignore_errors=True)
    for path, data in files().items():
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


if __name__ == "__main__":
    write()
