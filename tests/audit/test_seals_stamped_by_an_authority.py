"""A seal is stamped by a time-stamping authority of its own: a real one, small, beside the test."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from founded import runtime_over

from engine import audit
from engine.casework.runtime import Runtime
from engine.errors import Broken, Malformed
from engine.records import seals, stamps
from timers import stamping

CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = dn
[dn]
"""

needs = pytest.mark.skipif(
    shutil.which("openssl") is None or importlib.util.find_spec("rfc3161_client") is None,
    reason="a local authority needs the program openssl and the extra `stamps`",
)


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def found_authority(folder: Path) -> Path:
    """Keys and certificates of an authority in a folder: its root, and the leaf that stamps."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    for name, subject in (("root", "/CN=Root of the test"), ("tsa", "/CN=Stamps of the test")):
        openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        openssl(
            folder, "req", "-new", "-key", f"{name}.key", "-subj", subject, "-config", "tsa.cnf",
            "-out", f"{name}.csr",
        )  # fmt: skip
    common = ["-days", "3650", "-extfile", "tsa.cnf"]
    openssl(
        folder, "x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-extensions", "root", *common,
        "-out", "root.pem",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
        "-extensions", "leaf", *common, "-out", "tsa.pem",
    )  # fmt: skip
    return folder


class Answering(BaseHTTPRequestHandler):
    """Hands a question to `openssl ts` and its answer back."""

    folder: Path

    def do_POST(self) -> None:
        question = self.folder / "question.tsq"
        question.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        openssl(
            self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question.tsq", "-out", "a.tsr"
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write((self.folder / "a.tsr").read_bytes())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stamping.Authority]:
    folder = found_authority(tmp_path_factory.mktemp("authority") / "tsa")
    handler = type("Handler", (Answering,), {"folder": folder})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield stamping.Authority(f"http://127.0.0.1:{server.server_port}", (folder / "root.pem").read_bytes())
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def runtime(founded_sqlite_url: str) -> Iterator[Runtime]:
    made, _ = runtime_over(founded_sqlite_url)
    yield made
    made.store.close()


@needs
def test_a_seal_is_stamped_and_the_stamp_holds_under_the_roots(
    runtime: Runtime, authority: stamping.Authority
) -> None:
    seal, stamp, problem = stamping.seal_and_stamp(runtime, authority)

    assert (problem, stamp is not None and stamp.seal) == ("", seal.number)
    with runtime.store.reading() as connection:
        assert stamps.kept(connection) == [stamp]
        checks = [check for _, check in audit.verify_all(connection, seal.as_data(), authority.roots)]
    assert [check.detail for check in checks if not check.holds] == []
    assert 14 in {check.number for check in checks}


@needs
def test_a_stamp_of_another_seal_is_told(runtime: Runtime, authority: stamping.Authority) -> None:
    first, stamp, _ = stamping.seal_and_stamp(runtime, authority)
    second, _, _ = stamping.seal_and_stamp(runtime, None)
    assert stamp is not None

    with pytest.raises(Broken, match="of something else"):
        stamps.read(second, stamp.authority, stamp.response, authority.roots)
    with runtime.store.writing() as connection:
        stamps.keep(connection, replace(stamp, seal=second.number), "2026-03-01T00:00:00.000Z")
        check = audit.verify_stamps(connection, authority.roots)
    assert not check.holds
    assert f"seal {second.number}" in check.detail
    assert first.number != second.number


@needs
def test_a_stamp_signed_by_somebody_else_does_not_hold(
    runtime: Runtime, authority: stamping.Authority, tmp_path: Path
) -> None:
    seal, stamp, _ = stamping.seal_and_stamp(runtime, authority)
    stranger = found_authority(tmp_path / "stranger")
    assert stamp is not None

    with pytest.raises(Broken, match="under the roots"):
        stamps.read(seal, stamp.authority, stamp.response, (stranger / "root.pem").read_bytes())


@needs
def test_an_authority_that_is_away_or_talks_nonsense_keeps_no_seal_from_being_made(
    runtime: Runtime, tmp_path: Path
) -> None:
    seal, stamp, problem = stamping.seal_and_stamp(runtime, stamping.Authority("http://127.0.0.1:1"))

    assert (seal.number, stamp) == (1, None)
    assert problem.startswith("Expected http://127.0.0.1:1 to answer")
    with pytest.raises(Broken, match="to answer with a time-stamp"):
        stamps.read(seal, "http://tsa", b"<html>")
    with runtime.store.reading() as connection:
        assert seals.latest(connection) == seal


def test_the_authority_is_the_one_of_the_environment(tmp_path: Path) -> None:
    assert stamping.configured({}) is None
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"pem")
    found = stamping.configured({"BANJIE_TSA": "https://tsa.example", "BANJIE_TSA_ROOTS": str(roots)})
    assert found == stamping.Authority("https://tsa.example", b"pem")
    with pytest.raises(Malformed, match="http or https"):
        stamping.configured({"BANJIE_TSA": "file:///etc/passwd"})
    with pytest.raises(Malformed, match="BANJIE_TSA_ROOTS"):
        stamping.configured({"BANJIE_TSA": "https://tsa.example", "BANJIE_TSA_ROOTS": "/no/such/file"})
