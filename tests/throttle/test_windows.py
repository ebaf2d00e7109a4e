"""Counting in windows: who is counted as what, until when, and in how much memory."""

import hashlib
import resource
import threading
from pathlib import Path

import pytest

from wheelyard.throttle import MAX_KEYS, MAX_KNOWN, Count, Guesses, Known, Windows, network_of

MINUTE = 60
BEGIN = 28_000_000 * MINUTE
"""In seconds; a minute begins."""


def test_each_is_counted_alone_up_to_the_limit() -> None:
    windows = Windows(2, MINUTE)

    counts = [windows.add(key, BEGIN + 15.7) for key in ("a", "a", "b", "a")]

    assert counts[0] == Count(limit=2, observed=1, ends_at=BEGIN + 60, seconds_left=45)
    assert [(count.observed, count.is_over) for count in counts] == [
        (1, False),
        (2, False),
        (1, False),
        (3, True),
    ]


def test_who_has_come_to_the_limit_is_full_until_the_window_ends() -> None:
    windows = Windows(2, MINUTE)
    is_anybody_full = []
    for key in ("a", "b", "a"):
        windows.add(key, BEGIN)
        is_anybody_full.append(windows.is_anybody_full)

    full = windows.find_full("a", BEGIN + 59.9)
    assert full == Count(limit=2, observed=2, ends_at=BEGIN + 60, seconds_left=1)
    assert windows.find_full("b", BEGIN + 59.9) is None
    assert windows.find_full("a", BEGIN + 60) is None
    is_anybody_full.append(windows.is_anybody_full)
    assert is_anybody_full == [False, False, True, False]
    assert windows.add("a", BEGIN + 60).observed == 1


def test_a_million_addresses_take_little_memory_and_push_out_the_quiet_alone() -> None:
    windows, before = Windows(30, MINUTE), resident_bytes()
    for number in range(1_000_000):
        windows.add(f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::/64", BEGIN)
        if number % 10_000 == 0:
            windows.add("busy", BEGIN)
    held = resident_bytes() - before

    assert windows.size == MAX_KEYS
    assert held < 50_000_000
    assert windows.find_full("busy", BEGIN) == Count(30, 100, BEGIN + 60, seconds_left=60)


def test_a_guess_counts_once_in_each_window_and_never_beyond_the_limit() -> None:
    guesses = Guesses(2, MINUTE)

    counts = [guesses.add("a", guess, BEGIN) for guess in (b"1", b"1", b"2", b"3", b"1")]

    assert [count and count.observed for count in counts] == [1, None, 2, None, None]
    assert guesses.find_full("a", BEGIN) == Count(2, 2, BEGIN + 60, seconds_left=60)
    assert guesses.find_full("b", BEGIN) is None
    assert guesses.find_full("a", BEGIN + 60) is None
    assert guesses.add("a", b"1", BEGIN + 60) == Count(2, 1, BEGIN + 120, seconds_left=60)


def test_guesses_from_a_million_addresses_take_little_memory() -> None:
    guesses, before = Guesses(30, MINUTE), resident_bytes()
    for number in range(1_000_000):
        digest = hashlib.blake2b(b"%d" % number, digest_size=8).digest()
        guesses.add(f"192.0.2.{number // 20}", digest, BEGIN)
        if number % 10_000 == 0:
            guesses.add("busy", digest, BEGIN)
    held = resident_bytes() - before

    assert guesses.size == MAX_KEYS
    assert held < 60_000_000
    assert guesses.find_full("busy", BEGIN) == Count(30, 30, BEGIN + 60, seconds_left=60)


def resident_bytes() -> int:
    """What this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def test_threads_lose_no_count() -> None:
    windows = Windows(1_000_000, MINUTE)

    def add() -> None:
        for _ in range(20_000):
            windows.add("a", BEGIN)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert windows.add("a", BEGIN).observed == 160_001


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:51234", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::1", "::/64"),
        ("unix:", "unix:"),
        ("", ""),
        ("x" * 1000, "x" * 64),
    ],
)
def test_addresses_that_one_has_together_count_together(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_was_good_is_known_until_it_is_long_unused() -> None:
    known = Known()
    for number in range(MAX_KNOWN):
        known.add(b"%d" % number)
    known.add(b"0")
    known.add(b"another")

    kept = [number for number in (b"0", b"1", b"2", b"5", b"another") if number in known]
    assert kept == [b"0", b"2", b"5", b"another"]
    assert known.size == MAX_KNOWN
