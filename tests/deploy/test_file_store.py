"""The variables the dossier chart gives for its object store are those the store's client reads."""

import asyncio
import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.dossier.store.files import StoredFiles
from tests.deploy import rules
from tests.deploy.rendering import Charts
from tests.deploy.settings import operators_secrets, resolved

pytestmark = [pytest.mark.helm, pytest.mark.timeout(1200)]

Request = tuple[str, str]


@contextmanager
def an_object_store() -> Iterator[tuple[str, list[Request]]]:
    """Take every PUT; tell the address and, of each request, its path and its Authorization."""
    seen: list[Request] = []

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_goes_to_the_store_the_chart_names(charts: Charts, monkeypatch: pytest.MonkeyPatch) -> None:
    with an_object_store() as (address, seen):
        chosen = f"files.url=s3://ho-so/tinh,files.s3.endpoint={address},files.s3.region=vn-bac"
        _, container = next(rules.containers(charts.render("dossier", None, "--set", chosen)))
        environment = resolved(container["env"], operators_secrets())
        for name, value in environment.items():
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, value)
        asyncio.run(StoredFiles(environment["DOSSIER_FILES_URL"]).put(b"don xin"))
    digest = hashlib.sha256(b"don xin").hexdigest()
    ((path, authorization),) = seen
    assert path == f"/ho-so/tinh/{digest[:2]}/{digest}"
    assert "Credential=x/" in authorization
    assert "/vn-bac/s3/" in authorization
