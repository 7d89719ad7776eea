"""Certificates, proxies and netrc: what of the machine's environment counts, and what does not."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from campaign_master_api import (
    NO_RETRY,
    CampaignFields,
    CertificateNotTrusted,
    ConnectionFailed,
    Credentials,
    NoAnswer,
    Timeouts,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from wire_support import LISTS, MakeClient, StartServer, http_answer


@dataclass(frozen=True)
class Identity:
    """A self-signed certificate in a file, and the context of a server that shows it."""

    certificate: Path
    context: ssl.SSLContext


def make_identity(folder: Path, *, host: str = "127.0.0.1", days: int = 1) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=30))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path, both = folder / "certificate.pem", folder / "identity.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both.write_bytes(path.read_bytes() + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Identity(path, context)


def test_a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent(
    raw_server: StartServer, make_client: MakeClient, tmp_path: Path, fields: CampaignFields
) -> None:
    server = raw_server(http_answer(LISTS), make_identity(tmp_path).context)
    client = make_client(server.url)
    with pytest.raises(CertificateNotTrusted, match="self-signed certificate") as caught:
        client.create_campaign(fields)
    with pytest.raises(CertificateNotTrusted):
        list(client.iter_lists())
    assert not caught.value.outcome_unknown
    assert server.requests == []
    assert client.calls == 2


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_of_the_environment_is_trusted(
    raw_server: StartServer,
    make_client: MakeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    identity = make_identity(tmp_path)
    monkeypatch.setenv(variable, str(identity.certificate))
    server = raw_server(http_answer(LISTS), identity.context)
    assert [entry.id for entry in make_client(server.url).iter_lists()] == ["1"]


@pytest.mark.parametrize(
    ("identity", "reason"),
    [({"host": "127.0.0.2"}, "not valid for|match"), ({"days": -1}, "expired")],
)
def test_a_trusted_authority_does_not_excuse_a_wrong_certificate(
    raw_server: StartServer,
    make_client: MakeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    identity: dict[str, object],
    reason: str,
) -> None:
    made = make_identity(tmp_path, **identity)  # type: ignore[arg-type]
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    server = raw_server(http_answer(LISTS), made.context)
    with pytest.raises(CertificateNotTrusted, match=reason):
        list(make_client(server.url).iter_lists())
    assert server.requests == []


def test_a_missing_file_of_authorities_is_told(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    with pytest.raises(ConnectionFailed, match="SSL_CERT_FILE") as caught:
        make_client("https://127.0.0.1:9", retry=NO_RETRY).recipient_fields()
    assert not caught.value.outcome_unknown


def test_a_server_without_tls_at_an_https_address(make_client: MakeClient) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        client = make_client(f"https://127.0.0.1:{server.server_port}", retry=NO_RETRY)
        with pytest.raises(ConnectionFailed, match="No encrypted connection to 127"):
            client.recipient_fields()
        server.shutdown()


def test_a_tls_greeting_without_an_answer_is_bounded(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make_client(
            f"https://127.0.0.1:{listener.getsockname()[1]}",
            retry=NO_RETRY,
            timeouts=Timeouts(connect=0.3, read=0.3, total=10.0),
        )
        with pytest.raises(NoAnswer, match=r"0\.3 seconds"):
            client.recipient_fields()


def test_netrc_is_never_read(
    raw_server: StartServer,
    make_client: MakeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login netrc-user password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = raw_server(http_answer('{"token": "abc"}'))
    make_client(server.url).authenticate()
    assert b"authorization" not in server.requests[0].lower()


def test_a_proxy_of_the_environment_is_used_except_for_this_machine(
    raw_server: StartServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = raw_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy.url)
    server = raw_server(http_answer(LISTS))
    assert list(make_client(server.url).iter_lists())
    assert proxy.requests == []
    with pytest.raises(ConnectionFailed, match="proxy") as caught:
        make_client("https://cm.example.com", retry=NO_RETRY).recipient_fields()
    assert proxy.requests[0].startswith(b"CONNECT cm.example.com:443 ")
    assert b"token-value-17" not in proxy.requests[0]
    assert not caught.value.outcome_unknown


def test_a_proxy_that_drips_is_bounded(
    raw_server: StartServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(connection: socket.socket, number: int) -> None:
        for byte in b"HTTP/1.1 200 Connection established\r\nX-Header: 1\r\n\r\n":
            if proxy.stopping.wait(0.05):
                return
            connection.sendall(bytes([byte]))

    proxy = raw_server(answer)
    monkeypatch.setenv("https_proxy", proxy.url)
    client = make_client(
        "https://cm.example.com", retry=NO_RETRY, timeouts=Timeouts(connect=5.0, total=0.6)
    )
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=r"within 0\.6 seconds"):
        client.recipient_fields()
    assert time.monotonic() - began < 2


def test_a_proxy_that_cannot_be_reached_is_not_blamed_on_the_server(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://no-such-proxy.invalid:3128")
    with pytest.raises(ConnectionFailed, match="proxy") as caught:
        make_client("https://cm.example.com", retry=NO_RETRY).recipient_fields()
    assert type(caught.value) is ConnectionFailed


def test_credentials_of_the_latin_alphabet_arrive_as_they_are(
    raw_server: StartServer, make_client: MakeClient
) -> None:
    server = raw_server(http_answer('{"token": "abc"}'))
    make_client(server.url, credentials=Credentials("jürgen", "pässword: 1")).authenticate()
    head = server.requests[0].decode("latin-1")
    assert "username: jürgen\r\n" in head
    assert "password: pässword: 1\r\n" in head
