"""The demonstration tells its story to the end: facts and decisions, for each of the eight images."""

from pathlib import Path

import pytest

STORY = [
    ("signed by wabbit-networks, and again by acme-rockets", 2, "nothing denied"),
    ("signed by its publisher only", 1, "denied"),
    ("unsigned", 0, "denied"),
    ("moved to a foreign registry", 2, "denied"),
    ("publisher's signature withdrawn", 1, "denied"),
    ("publisher's signature withdrawn, and deleted", 1, "denied"),
    ("an index: one platform signed, one foreign", 0, "denied"),
    ("a foreign CA issued acme's name", 2, "denied"),
]


@pytest.mark.parametrize(("what", "sound", "decision"), STORY)
def test_the_demonstration_shows_facts_and_a_decision(
    demo: tuple[Path, str], what: str, sound: int, decision: str
) -> None:
    (paragraph,) = [one for one in demo[1].split("\n\n") if one.startswith(f"{what}\n")]
    assert paragraph.count("    sound  ") == sound
    assert f"\n  {decision}" in paragraph
    assert ("nothing denied" in paragraph) == (decision == "nothing denied")


def test_the_demonstration_shows_the_withdrawal_with_its_reason(demo: tuple[Path, str]) -> None:
    assert "withdrawn: the build machine was broken into" in demo[1]
