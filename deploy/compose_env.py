"""`python -m deploy.compose_env` writes what compose.yaml needs: secrets, who may sign in, the province.

Nothing secret is in the tree, and no two checkouts share a key. An existing file is kept: its password is in
the database already.
"""

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from province.read import read
from stack.issuers import simulated_issuers
from stack.ministry import MINISTRY, simulated_ministry
from stack.plan import POSTAL_OPERATOR
from stack.seal import made_seal

ENV_FILE = Path(__file__).with_name(".env")
USERS_FILE = Path(__file__).with_name("sample-users.json")
SEAL_FILE = Path(__file__).with_name("seal.p12")
PROVINCE_FILE = Path(__file__).with_name("province.json")
_NOTHING: Mapping[str, str] = {}
_SHARED_WITH_THE_SANDBOX = (
    "ADAPTER_KEY",
    "CALLBACK_KEY",
    "DATABASE_KEY",
    "OUTSIDE_KEY",
    "PULL_KEY",
    "PUSH_KEY",
    "SMS_KEY",
)


def environment(kept: Mapping[str, str] = _NOTHING) -> dict[str, str]:
    """Return a new value for every variable that compose.yaml asks for; secrets kept are used again."""
    # The ids say what they are, so that a service in production mode refuses them.
    loader, seal, identity, post = (
        kept.get(name) or secrets.token_urlsafe(24)
        for name in ("LOADER_KEY", "SEAL_PASSPHRASE", "IDENTITY_SECRET", "POST_KEY")
    )
    signing = OKPKey.generate_key("Ed25519", {"kid": f"development-{secrets.token_hex(4)}", "alg": "EdDSA"})
    return {
        "DATABASE_PASSWORD": secrets.token_urlsafe(24),
        "PII_KEY": _key(),
        "HISTORY_KEY": f"development-{secrets.token_hex(4)}:{_key()}",
        "INTERNAL_PRIVATE_JWK": json.dumps(signing.as_dict(private=True), separators=(",", ":")),
        **{name: secrets.token_urlsafe(24) for name in _SHARED_WITH_THE_SANDBOX},
        "CONNECTORS": json.dumps([_ministry()], ensure_ascii=False, separators=(",", ":")),
        "IDENTIFICATION_LEVEL": "1",
        "SEAL_PASSPHRASE": seal,
        "SEALS": _json({"*": {"file": "/run/seal.p12", "passphrase": seal}}),
        "IDENTITY_SECRET": identity,
        "ISSUERS": _json(simulated_issuers("http://127.0.0.1:8095", "http://sandbox:8095", identity)),
        "LOADER_KEY": loader,
        "POST_KEY": post,
        "SERVICE_CLIENTS": _json(
            [
                _client("loader", loader, "catalog.import"),
                _client(POSTAL_OPERATOR, post, "post.status"),
            ]
        ),
        "INTERNAL_JWKS": json.dumps({"keys": [signing.as_dict(private=False)]}, separators=(",", ":")),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _ministry() -> dict[str, object]:
    return simulated_ministry("http://sandbox:8093", Path("/srv/connectors") / MINISTRY)


def _client(name: str, secret: str, *scopes: str) -> dict[str, object]:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return {"client_id": name, "secret_sha256": digest, "scopes": scopes}


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write(file: Path) -> bool:
    """Write the file for its owner's eyes only; False when there is one already.

    What a file of an older checkout does not name yet is added to it; nothing in it changes.
    """
    is_new = not file.exists()
    file.touch(0o600)
    named = variables(file)
    with file.open("a", encoding="utf-8") as env:
        env.writelines(
            f"{name}='{value}'\n" for name, value in environment(named).items() if name not in named
        )
    return is_new


def variables(file: Path) -> dict[str, str]:
    """Return what stands in a file written here."""
    lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return {name: value.strip("'") for name, _, value in lines if value}


def write_seal(file: Path, passphrase: str) -> None:
    """Write the sample province's seal where there is none; its passphrase alone opens it."""
    if not file.exists():
        file.write_bytes(made_seal(passphrase))
        file.chmod(0o644)


def write_users(file: Path) -> None:
    """Write the sample people and officers anew; all are fictional, so the container's user may read them."""
    province = read()
    _write_shown(file, {"people": province["people"], "staff": province["staff"]})


def write_province(file: Path) -> None:
    """Write the sample province anew, as the catalogue takes it."""
    _write_shown(file, read())


def _write_shown(file: Path, document: dict[str, Any]) -> None:
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    file.chmod(0o644)


if __name__ == "__main__":
    write_users(USERS_FILE)
    write_province(PROVINCE_FILE)
    sys.stdout.write(f"wrote {ENV_FILE}\n" if write(ENV_FILE) else f"kept {ENV_FILE}\n")
    write_seal(SEAL_FILE, variables(ENV_FILE)["SEAL_PASSPHRASE"])
