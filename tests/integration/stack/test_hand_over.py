"""A server that is handed over runs on, and its first owner's end is no leak."""

import gc
import warnings

from stack.postgres import attach_postgres, start_postgres


def test_a_server_handed_over_is_not_reported_as_forgotten(tmp_path):
    server = start_postgres(tmp_path / "data", durable=False)
    server.hand_over()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        del server
        gc.collect()
    visitor = attach_postgres(tmp_path / "data")
    assert visitor.sql("SELECT 1") == "1"
    visitor.stop()
