"""TLS certificates of an authority that only one test trusts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass
class Authority:
    """An authority. `file` has its own certificate; other files go to the same folder."""

    file: Path
    _key: ec.EllipticCurvePrivateKey
    _name: x509.Name

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """Return a new authority."""
        folder.mkdir(exist_ok=True)
        key, name = ec.generate_private_key(ec.SECP256R1()), _named("Authority of a test")
        built = _builder(name, name, key).add_extension(x509.BasicConstraints(True, None), True)
        file = folder / "authority.pem"
        file.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(_PEM))
        return cls(file, key, name)

    def server(self, address: str, *, is_expired: bool = False) -> ssl.SSLContext:
        """Return the TLS of a server at `address`, with a certificate of this authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = _builder(_named("server"), self._name, key, is_expired=is_expired).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False
        )
        file = self.file.with_name(f"{address}-{is_expired}.pem")
        file.write_bytes(
            key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + built.sign(self._key, hashes.SHA256()).public_bytes(_PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


_PEM = serialization.Encoding.PEM


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    is_expired: bool = False,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _DAY)
        .not_valid_after(now - _DAY if is_expired else now + _DAY)
    )
