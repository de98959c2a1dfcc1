"""The address chooses the bus."""

import ssl

import pytest

from kernel.bus.embedded import EmbeddedBus
from kernel.bus.kafka import KafkaBus
from kernel.bus.kafka_security import KafkaSecurity
from kernel.bus.memory import MemoryBus
from kernel.bus.open_bus import open_bus


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("memory://", MemoryBus),
        ("postgresql://bus:secret@127.0.0.1:5432/bus", EmbeddedBus),
        ("kafka://one:9092,two:9092", KafkaBus),
    ],
)
def test_the_scheme_chooses_the_adapter(url: str, kind: type) -> None:
    assert isinstance(open_bus(url, client_id="test"), kind)


@pytest.mark.parametrize("url", ["amqp://host", "", "localhost:9092"])
def test_an_address_no_bus_speaks_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no bus speaks"):
        open_bus(url, client_id="test")


def test_plain_text_needs_neither_tls_nor_a_password() -> None:
    assert KafkaSecurity().options() == {"security_protocol": "PLAINTEXT"}


def test_sasl_over_tls_checks_the_name_and_the_certificate_of_the_broker() -> None:
    security = KafkaSecurity("SASL_SSL", sasl_mechanism="SCRAM-SHA-256", username="notify", password="secret")
    options = security.options()
    assert options["ssl_context"].check_hostname
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert (options["sasl_mechanism"], options["sasl_plain_username"]) == ("SCRAM-SHA-256", "notify")


def test_a_password_is_not_printed() -> None:
    assert "secret" not in repr(KafkaSecurity("SASL_SSL", username="notify", password="secret"))
