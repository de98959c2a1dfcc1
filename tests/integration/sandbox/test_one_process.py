"""`python -m sandbox` for real: seven listeners in one process, durable, ended cleanly by a signal."""

import asyncio
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.sandbox.portal_builders import AGENCY, CODE, a_dossier, a_portal_born_status

ROOT = Path(__file__).parents[3]
READY_SECONDS = 20


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class PortTaken(Exception):  # noqa: N818 - the fact is the name.
    """Somebody listens where the sandbox was to listen."""


class RunningSandbox:
    """The seven simulators in one child process with their files in a folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder, self._settings = folder, settings
        self._take_ports()

    def _take_ports(self) -> None:
        self.portal, self.catcher, self.smtp, self.outside, *rest = free_ports(8)
        self.ministry, self.axis, self.identity, self.tsa = rest
        folder = self._folder
        self._environment = {
            **os.environ,
            "SANDBOX_PORT": str(self.portal),
            "SANDBOX_DATABASE": str(folder / "portal.db"),
            "SANDBOX_PROVINCE_URL": f"http://127.0.0.1:{self.outside}",
            "CATCHER_PORT": str(self.catcher),
            "CATCHER_SMTP_PORT": str(self.smtp),
            "CATCHER_DATABASE": str(folder / "catcher.db"),
            "OUTSIDE_PORT": str(self.outside),
            "MINISTRY_PORT": str(self.ministry),
            "AXIS_PORT": str(self.axis),
            "IDENTITY_PORT": str(self.identity),
            "TSA_PORT": str(self.tsa),
            "AXIS_FOLDER": str(folder / "axis"),
            "MINISTRY_DATABASE": str(folder / "ministry.db"),
            "OUTSIDE_DATABASE": str(folder / "outside.db"),
            "OUTSIDE_FIRST_RETRY_SECONDS": "0.05",
            "OUTSIDE_LONGEST_RETRY_SECONDS": "0.1",
            **self._settings,
        }

    def start(self) -> subprocess.Popen[bytes]:
        """Start, on other ports where somebody else took one between their choice and their use."""
        for _ in range(3):
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox"], cwd=ROOT, env=self._environment, stderr=subprocess.PIPE
            )
            try:
                self._wait_until_ready(process)
            except PortTaken:
                self._take_ports()
            except BaseException:
                process.kill()
                process.communicate()
                raise
            else:
                return process
        raise PortTaken

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        ports = [self.portal, self.catcher, self.outside, self.ministry, self.axis, self.identity, self.tsa]
        until = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=READY_SECONDS) as http:
            while ports:
                try:
                    assert http.get(f"http://127.0.0.1:{ports[0]}/livez").json() == {"status": "ok"}
                    ports.pop(0)
                except httpx.TransportError:
                    self._require_running(process, until)
                    time.sleep(0.05)

    def _require_running(self, process: subprocess.Popen[bytes], until: float) -> None:
        if process.poll() is not None:
            _, errors = process.communicate()
            if b"address already in use" in errors.lower():
                raise PortTaken
            raise AssertionError(errors.decode())
        assert time.monotonic() < until, "not ready in time"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run until the block ends, then end by SIGTERM and ask for a clean end."""
        process = self.start()
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=READY_SECONDS)
        assert process.returncode == 0, errors.decode()

    def run_to_its_end(self) -> subprocess.CompletedProcess[bytes]:
        """Run without a signal, for a sandbox that cannot start."""
        command = [sys.executable, "-m", "sandbox"]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, timeout=READY_SECONDS, check=False
        )

    def url(self, port: int, path: str) -> str:
        return f"http://127.0.0.1:{port}{path}"

    def call(self, service: str, **fields: Any) -> dict[str, Any]:
        """Sign in and call a service of the portal."""
        credentials = {"username": "tinh-mau", "password": "mat-khau-thu-nghiem"}
        session = httpx.post(self.url(self.portal, "/mapi/login"), json=credentials).json()["session"]
        envelope = {"session": session, "madonvi": AGENCY, "service": service}
        answer: dict[str, Any] = httpx.post(
            self.url(self.portal, "/mapi/g"), json={**envelope, **fields}
        ).json()
        return answer


def test_all_listeners_answer_in_one_process_and_end_cleanly(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    with sandbox.running():
        assert sandbox.call("DongBoHoSoMC", isUpdating="False", data=[a_dossier()])["error_code"] == 0
        for port in (sandbox.portal, sandbox.catcher, sandbox.outside):
            page = httpx.get(sandbox.url(port, "/"))
            assert page.status_code == 200
            assert 'lang="vi"' in page.text


def test_what_was_answered_is_still_there_after_a_kill(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    process = sandbox.start()
    sandbox.call("DongBoHoSoMC", isUpdating="False", data=[a_dossier()])
    sms = {"to": "0900000000", "text": "Xin chào", "reference": "m-1"}
    key = {"Authorization": "Bearer khoa-sms-thu-nghiem"}
    first = httpx.post(sandbox.url(sandbox.catcher, "/sms"), json=sms, headers=key).json()
    process.kill()
    process.communicate(timeout=READY_SECONDS)
    with sandbox.running():
        held = httpx.get(sandbox.url(sandbox.portal, f"/sandbox/dossiers/{CODE}")).json()
        assert [one["status"] for one in held["statuses"]] == ["2"]
        assert sandbox.call("DongBoHoSoMC", isUpdating="False", data=[a_dossier()])["error_code"] == -3
        again = httpx.post(sandbox.url(sandbox.catcher, "/sms"), json=sms, headers=key).json()
        assert again == first


def test_mail_sent_over_smtp_is_caught_and_refused_as_switched(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "motcua@mau.vn", "dan@example.vn", "Hẹn trả kết quả"
    mail.set_content("Mời ông/bà đến nhận kết quả.")
    with sandbox.running():
        with smtplib.SMTP("127.0.0.1", sandbox.smtp, timeout=READY_SECONDS) as smtp:
            smtp.send_message(mail)
        (caught,) = httpx.get(
            sandbox.url(sandbox.catcher, "/messages"),
            params={"to": "dan@example.vn", "contains": "nhận kết quả"},
        ).json()
        assert (caught["subject"], caught["sender"]) == ("Hẹn trả kết quả", "motcua@mau.vn")
        httpx.put(sandbox.url(sandbox.catcher, "/faults"), json={"mail_reply": 451, "times": 1})
        with smtplib.SMTP("127.0.0.1", sandbox.smtp, timeout=READY_SECONDS) as smtp:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                smtp.send_message(mail)
            assert refused.value.smtp_code == 451
            smtp.send_message(mail)


def test_a_cut_connection_leaves_the_caller_without_an_answer_and_the_write_applied(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    with sandbox.running():
        faults = {"lose_answer_after_applying": {"value": "cut", "times": 1, "service": "DongBoHoSoMC"}}
        httpx.put(sandbox.url(sandbox.portal, "/sandbox/faults"), json=faults)
        with pytest.raises(httpx.RemoteProtocolError):
            sandbox.call("DongBoHoSoMC", isUpdating="False", data=[a_dossier()])
        assert sandbox.call("TraCuuHoSo", mahoso=CODE)["result"][0]["MaTrangThai"] == "2"


class Listening:
    """A real HTTP asker that refuses some callbacks first."""

    def __init__(self, refusals: int) -> None:
        self._refusals = refusals
        self.bodies: list[bytes] = []
        self.confirmed = asyncio.Event()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        self.bodies.append(await reader.readexactly(length))
        status = b"503 Service Unavailable" if len(self.bodies) <= self._refusals else b"204 No Content"
        writer.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        if len(self.bodies) > self._refusals:
            self.confirmed.set()


async def test_an_unconfirmed_callback_survives_a_kill_and_is_told_in_the_end(tmp_path: Path) -> None:
    asker = Listening(refusals=3)
    (port,) = free_ports(1)
    sandbox = RunningSandbox(tmp_path, OUTSIDE_DELAY_SECONDS="0")
    request = {
        "request_id": "r-1",
        "dossier_code": CODE,
        "step": "civil_status_registration",
        "callback_url": f"http://127.0.0.1:{port}/v1/outside-results",
    }
    process = await asyncio.to_thread(sandbox.start)
    async with httpx.AsyncClient() as http:
        taken = await http.post(sandbox.url(sandbox.outside, "/requests"), json=request)
        assert taken.status_code == 202
    process.kill()
    await asyncio.to_thread(process.communicate)
    server = await asyncio.start_server(asker.converse, "127.0.0.1", port)
    async with server:
        again = await asyncio.to_thread(sandbox.start)
        await asyncio.wait_for(asker.confirmed.wait(), READY_SECONDS)
        again.send_signal(signal.SIGTERM)
        await asyncio.to_thread(again.communicate)
    assert again.returncode == 0
    assert len(asker.bodies) == 4
    assert len(set(asker.bodies)) == 1


def test_a_portal_born_dossier_nobody_answered_is_kept_for_sending_again(tmp_path: Path) -> None:
    sandbox = RunningSandbox(tmp_path)
    with sandbox.running():
        submission = {
            "procedure_code": "1.001193",
            "owner": {"name": "Nguyễn Văn Mẫu", "identity_number": "001090000123"},
        }
        sent = httpx.post(sandbox.url(sandbox.portal, "/sandbox/submissions"), json=submission).json()
        assert (sent["state"], sent["http_status"]) == ("unanswered", 404)
        data = a_portal_born_status(sent["code"], "2")
        assert sandbox.call("DongBoTrangThaiHoSo", type="2", data=data)["error_code"] == 0
    with sandbox.running():
        kept = httpx.get(sandbox.url(sandbox.portal, f"/sandbox/submissions/{sent['code']}")).json()
        assert [(one["state"], one["attempts"]) for one in kept] == [("unanswered", 1)]
        resend = sandbox.url(sandbox.portal, f"/sandbox/submissions/{sent['code']}/resend")
        assert httpx.post(resend).json()[0]["attempts"] == 2


@pytest.mark.parametrize(
    "module", ["sandbox.portal", "sandbox.catcher", "sandbox.outside", "sandbox.ministry"]
)
def test_each_simulator_runs_alone_and_says_which_port_is_taken(module: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        names = ("SANDBOX", "CATCHER", "OUTSIDE", "MINISTRY", "AXIS")
        ports = {f"{name}_PORT": port for name in names}
        ended = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**os.environ, **ports},
            capture_output=True,
            timeout=READY_SECONDS,
            check=False,
        )
    assert ended.returncode != 0
    assert b"Address already in use" in ended.stderr


def test_one_simulator_that_cannot_start_ends_all_and_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sandbox = RunningSandbox(tmp_path, CATCHER_SMTP_PORT=str(taken.getsockname()[1]))
        ended = sandbox.run_to_its_end()
    assert ended.returncode != 0
    assert "CouldNotStart: Bắt thư và tin nhắn" in ended.stderr.decode()


def test_a_port_somebody_took_meanwhile_is_another_one_next_time(tmp_path: Path) -> None:
    """Ports are chosen free and used a moment later: other tests choose theirs at the same time."""
    sandbox = RunningSandbox(tmp_path)
    taken = sandbox.axis
    with socket.create_server(("127.0.0.1", taken)), sandbox.running():
        assert sandbox.axis != taken
