"""What each kind of personal data is found in, what it is not, and that no text makes the search slow."""

import time

import pytest

from swarm.errors import ConfigError
from swarm.fields import TEXT_LIMIT
from swarm.privacy import BUILT_IN
from swarm.privacy.patterns import custom

FOUND = {
    "email": ["ana.p+x@example.co.uk", "b@x.de", "ünal@exämple.org"],
    "phone": [
        "+49 30 1234567",
        "+1 (555) 123-4567",
        "0044 20 7946 0958",
        "030/1234567",
        "(555) 123-4567",
        "555-123-4567",
    ],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "NO9386011117947", "no9386011117947"],
    "card": ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"],
    "ip": ["192.168.1.10", "fe80::1", "2001:db8::8a2e:370:7334", "::ffff:1.2.3.4"],
    "token": [
        "sk-abcdefghijklmnop1234",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "AKIAIOSFODNN7EXAMPLE",
        "swarm_b84a092c458d_p7JFGUwqkfnFj6jwJ0wu0i_rlfiiDf7ZHpGQEqR6VHM",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
}
KEPT = {
    "email": ["a@b", "@here", "5 @ 3.20 each", "x@y."],
    "phone": ["2026-03-10", "01.02.2026", "01-02-2026 14:30", "Tue 2026-03-10 14:30", "1234567", "at 0930", "3+4=7"],
    "iban": ["DE89 3704 0044 0532 0130 01", "DE89", "AB12 lunch with Ana at noon today"],
    "card": ["4111 1111 1111 1112", "1234567890123", "4111", "0000 0000 0000 0000"],
    "ip": ["999.1.1.1", "1.2.3.4.5", "12:30:45", "12:30", "version 1.2.3", "a::"[:1]],
    "token": ["sk-short", "a bearer of bad news", "eyJhbG.x.y", "swarm_1"],
}


def found(name: str, text: str) -> list[str]:
    pattern = BUILT_IN[name]
    return [match[0] for match in pattern.expression.finditer(text) if pattern.holds(match[0])]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in FOUND.items() for text in texts])
def test_it_is_found_whole_within_a_sentence(name: str, text: str) -> None:
    assert found(name, f"Here: {text}, and so on.") == [text]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in KEPT.items() for text in texts])
def test_what_only_looks_alike_is_kept(name: str, text: str) -> None:
    assert found(name, f"Here: {text}, and so on.") == []


def test_an_address_that_ends_a_sentence_is_found() -> None:
    assert found("email", "Write to ana@example.com. Then wait.") == ["ana@example.com"]


def test_a_bearers_token_is_found_without_the_word() -> None:
    assert found("token", "Authorization: Bearer abcdef0123456789abcdef==") == ["abcdef0123456789abcdef=="]


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize(
    "piece", ["1", "a", "a.", "+1 ", "a@", "1-", ":a", "(", "0 ", "- ", "DE12 ", "-----BEGIN ", "é"]
)
def test_the_longest_text_is_searched_in_time(name: str, piece: str) -> None:
    began = time.process_time()
    found(name, (piece * TEXT_LIMIT)[:TEXT_LIMIT])
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("name", "expression", "said"),
    [
        ("ticket", "(ab[", "unterminated character set at position 4"),
        ("ticket", "x*", "finds nothing at all everywhere"),
        ("email", "x", "has no name of its own"),
        ("Ticket!", "x", "has no name of its own"),
    ],
)
def test_a_pattern_that_can_not_be_used_is_refused(name: str, expression: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        custom(name, expression)
