"""Documents over HTTP, from the real service."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from provider import instant
from tests.conftest import ROOT
from tests.serving import Service

SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/claims.json").read_text()))
TAGGED = "acme-rockets.azurecr.io/net-monitor:v1"


@pytest.fixture(scope="module")
def images(demo: tuple[Path, str]) -> list[str]:
    return [one["image"] for one in json.loads((demo[0] / "claims.json").read_text())]


def test_a_document_is_answered_for_an_image_by_tag_and_by_digest(service: Service, images: list[str]) -> None:
    by_tag, by_digest = service.claims(TAGGED), service.claims(images[0])
    assert by_tag.status == by_digest.status == 200
    assert by_tag.headers["content-type"] == "application/json"
    tagged, pinned = by_tag.json(), by_digest.json()
    assert tagged["subject"]["digest"] == pinned["subject"]["digest"]
    assert (tagged["subject"]["tag"], tagged["subject"]["resolvedFrom"]) == ("v1", "tag")
    assert (pinned["subject"]["tag"], pinned["subject"]["resolvedFrom"]) == (None, "digest")
    assert {one["signer"]["cn"] for one in tagged["signatures"]} == {
        "registry.wabbit-networks.io",
        "acme-rockets.azurecr.io",
    }


def test_every_document_of_the_demonstration_follows_the_schema(service: Service, images: list[str]) -> None:
    for result in service.ask("POST", "/v1/claims", {"images": images}).json()["results"]:
        SCHEMA.validate(result["claims"])


def test_a_cache_may_keep_a_document_for_a_minute_and_never_past_its_end(service: Service, images: list[str]) -> None:
    for image in images:
        answer = service.claims(image)
        document = answer.json()
        left = instant.parse(document["validUntil"]) - instant.parse(document["verifiedAt"])
        assert answer.headers["cache-control"] in {f"max-age={min(60, left) - late}" for late in (0, 1)}


def test_an_unchanged_document_is_not_sent_again(service: Service) -> None:
    first = service.claims(TAGGED)
    again = service.ask("GET", f"/v1/claims?image={TAGGED}", If_None_Match=first.headers["etag"])
    if again.status == 200:  # the second has passed in between, and validUntil with it
        assert again.headers["etag"] != first.headers["etag"]
    else:
        assert (again.status, again.body) == (304, b"")


def test_the_etag_is_of_the_facts_and_their_end(service: Service) -> None:
    answer = service.claims(TAGGED)
    document = answer.json()
    assert answer.headers["etag"] == f'"{document["id"]}.{document["validUntil"]}"'


def test_an_unknown_manifest_is_an_answer(service: Service) -> None:
    for name in ("acme-rockets.azurecr.io/net-monitor:v99", f"acme-rockets.azurecr.io/net-monitor@sha256:{'0' * 64}"):
        answer = service.claims(name)
        document = answer.json()
        assert answer.status == 200
        assert [document["subject"][field] for field in ("digest", "size", "mediaType", "resolvedFrom")] == [None] * 4
        assert document["problems"][0]["code"] == "manifest_unknown"
        assert document["signatures"] == []


def test_a_request_for_many_is_answered_in_order_and_failures_stay_their_own(
    service: Service, images: list[str]
) -> None:
    asked = [images[2], "NOT A REFERENCE", images[0], "elsewhere.example/net-monitor:v1", images[0]]
    answer = service.ask("POST", "/v1/claims", {"images": asked})
    results = answer.json()["results"]
    assert answer.status == 200
    assert [result["image"] for result in results] == asked
    assert [result.get("problem", {}).get("code") for result in results] == [
        None,
        "reference_malformed",
        None,
        "registry_not_allowed",
        None,
    ]
    assert results[2]["claims"]["id"] == results[4]["claims"]["id"]


def test_the_platforms_of_an_index_keep_their_signatures_to_themselves(service: Service) -> None:
    document = service.claims("acme-rockets.azurecr.io/net-monitor:v6").json()
    assert document["signatures"] == []
    found = {one["platform"]["architecture"]: len(one["signatures"]) for one in document["platforms"]}
    assert found == {"amd64": 2, "arm64": 0}


def test_a_date_is_sent_for_caches_need_it(service: Service) -> None:
    assert service.claims(TAGGED).headers["date"].endswith("GMT")
