"""Answers time stamp requests (RFC 3161 section 2.4): a token over the imprint, signed by the authority."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, tsp, x509
from cryptography import x509 as pki
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_POLICY = "1.3.6.1.4.1.4146.2.2"
"""Of nobody's real practice statement."""
_LENGTHS = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True)
class Authority:
    """A key and its certificates, its own first."""

    key: Key
    chain: tuple[pki.Certificate, ...]

    @classmethod
    def of_file(cls, file: Path, passphrase: str) -> "Authority":
        """Read a PKCS#12 file; raise `ValueError` for one without a key and its certificate."""
        found = pkcs12.load_pkcs12(file.read_bytes(), passphrase.encode())
        if found.cert is None or not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{file.name} holds no certificate with an RSA or EC key")
        others = [one.certificate for one in found.additional_certs]
        return cls(found.key, (found.cert.certificate, *others))

    def answer(self, raw: bytes, now: datetime) -> bytes:
        """Return the response to a request, a rejection for what cannot be stamped."""
        try:
            asked = tsp.TimeStampReq.load(raw, strict=True)
            imprint = asked["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            length = len(imprint["hashed_message"].native)
        except (ValueError, TypeError, KeyError):
            return _rejected("bad_data_format")
        if algorithm not in _LENGTHS:
            return _rejected("bad_alg")
        if length != _LENGTHS[algorithm]:
            return _rejected("bad_data_format")
        granted = {"status": {"status": "granted"}, "time_stamp_token": self._token(asked, now)}
        return bytes(tsp.TimeStampResp(granted).dump())

    def _token(self, asked: Any, now: datetime) -> cms.ContentInfo:
        told = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": secrets.randbits(63),
            "gen_time": now.astimezone(UTC).replace(microsecond=0),
        }
        if asked["nonce"].native is not None:
            told["nonce"] = asked["nonce"]
        info = tsp.TSTInfo(told).dump()
        own = x509.Certificate.load(self.chain[0].public_bytes(Encoding.DER))
        content = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
            "signer_infos": [self._signer_info(info, own)],
        }
        if asked["cert_req"].native:
            ders = [one.public_bytes(Encoding.DER) for one in self.chain]
            content["certificates"] = [x509.Certificate.load(one) for one in ders]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)})

    def _signer_info(self, info: bytes, own: x509.Certificate) -> dict[str, Any]:
        digest = hashlib.sha256(own.dump()).digest()
        named = tsp.SigningCertificateV2({"certs": [{"cert_hash": digest}]})
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(info).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [named]}),
            ]
        )
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        return {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15" if is_rsa else "sha256_ecdsa"},
            "signature": self._signed(attributes.dump()),
        }

    def _signed(self, content: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))


def _rejected(why: str) -> bytes:
    status = {"status": "rejection", "fail_info": {why}}
    return bytes(tsp.TimeStampResp({"status": status}).dump())
