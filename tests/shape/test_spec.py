"""`make spec` misses no citation, and every standard that the provider speaks is cited."""

import pytest

from contrib.dev.spec import citations, of_package

STANDARDS = (
    "RFC 6749",
    "RFC 6750",
    "RFC 7009",
    "RFC 7033",
    "RFC 7521",
    "RFC 7523",
    "RFC 7591",
    "RFC 7636",
    "RFC 7662",
    "RFC 8414",
    "RFC 8628",
    "RFC 8707",
    "RFC 9068",
    "RFC 9101",
    "RFC 9126",
    "RFC 9207",
    "RFC 9449",
    "RFC 9700",
    "Core",
    "Discovery",
    "RP-Initiated Logout",
    "Back-Channel Logout",
    "Front-Channel Logout",
    "Form Post Response Mode",
    "Multiple Response Types",
    "FAPI 2.0",
    "WebAuthn",
)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("RFC 6749 4.1.2: once", ["RFC 6749 4.1.2"]),
        ("RFC 7662.", ["RFC 7662"]),
        ("RFC 6749 3.1, 4.1.2.1: no", ["RFC 6749 3.1", "RFC 6749 4.1.2.1"]),
        ("Back-Channel Logout 2.5 and 2.8.", ["Back-Channel Logout 2.5", "Back-Channel Logout 2.8"]),
        ("OpenID Connect Discovery 1.0 3 and 4, RFC 8414 2", ["Discovery 3", "Discovery 4", "RFC 8414 2"]),
        ("RP-Initiated Logout 1.0.", ["RP-Initiated Logout"]),
        ("RFC 7515, 7517, 8725.", ["RFC 7515", "RFC 7517", "RFC 8725"]),
        ("RFC 7521 4.2, FAPI 2.0 5.3.2.1 (which", ["RFC 7521 4.2", "FAPI 2.0 5.3.2.1"]),
        ("FAPI 2.0 Message Signing 5.3.1", ["FAPI 2.0 Message Signing 5.3.1"]),
        ("RFC 7636 B.1", ["RFC 7636 B.1"]),
        ("a Corelation, 7 of RFCs", []),
    ],
)
def test_each_way_to_cite_is_read(text: str, cited: list[str]) -> None:
    assert [found for found, _line in citations(text)] == cited


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_standard_is_cited_by_section(standard: str) -> None:
    sections = [cited for cited, _place in of_package() if cited.startswith(f"{standard} ")]
    assert sections
