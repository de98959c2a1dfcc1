"""Keys keep their partition, partitions are shared out evenly."""

from collections import Counter

import pytest

from kernel.bus.partitions import MAX_MESSAGE_BYTES, Holding, check_weight, partition_of, reader_of
from kernel.core.bus import OutgoingMessage


def test_a_key_has_the_partition_it_always_had() -> None:
    """Messages on disk were placed by these numbers; changing them would break the order of keys."""
    assert [partition_of(key, 6) for key in ("", "H01.26-000001", "hồ sơ")] == [0, 2, 1]


def test_partitions_are_shared_out_evenly_and_the_same_by_everybody() -> None:
    shares = Counter(reader_of("dossier", partition, ["a", "b", "c"]) for partition in range(12))
    assert set(shares.values()) == {4}


def test_topics_of_one_partition_do_not_all_fall_to_the_first_member() -> None:
    readers = {reader_of(f"topic {number}", 0, ["a", "b"]) for number in range(20)}
    assert readers == {"a", "b"}


def test_the_weight_of_a_message_counts_key_value_and_headers() -> None:
    headers = {"é": "ạ"}
    fits = OutgoingMessage("t", "k", bytes(MAX_MESSAGE_BYTES - 1 - 2 - 3), headers)
    check_weight([fits])
    with pytest.raises(ValueError, match="1000001 bytes"):
        check_weight([OutgoingMessage("t", "kk", fits.value, headers)])


def test_a_partition_is_in_hand_until_what_was_given_is_committed() -> None:
    holding = Holding(position=7, settled=5)
    assert holding.is_in_hand
    holding.settled = 7
    assert not holding.is_in_hand
