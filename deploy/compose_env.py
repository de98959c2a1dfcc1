"""`python -m deploy.compose_env` writes what compose.yaml needs: secrets, who may sign in, the province.

Nothing secret is in the tree, and no two checkouts share a key. An existing file is kept: its password is in
the database already.
"""

import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from province.read import read
from stack.ministry import MINISTRY, simulated_ministry

ENV_FILE = Path(__file__).with_name(".env")
USERS_FILE = Path(__file__).with_name("sample-users.json")
PROVINCE_FILE = Path(__file__).with_name("province.json")
_SHARED_WITH_THE_SANDBOX = (
    "ADAPTER_KEY",
    "CALLBACK_KEY",
    "DATABASE_KEY",
    "OUTSIDE_KEY",
    "PULL_KEY",
    "PUSH_KEY",
    "SMS_KEY",
)


def environment() -> dict[str, str]:
    """Return a new value for every variable that compose.yaml asks for."""
    # The ids say what they are, so that a service in production mode refuses them.
    loader = secrets.token_urlsafe(24)
    signing = OKPKey.generate_key("Ed25519", {"kid": f"development-{secrets.token_hex(4)}", "alg": "EdDSA"})
    return {
        "DATABASE_PASSWORD": secrets.token_urlsafe(24),
        "PII_KEY": _key(),
        "HISTORY_KEY": f"development-{secrets.token_hex(4)}:{_key()}",
        "INTERNAL_PRIVATE_JWK": json.dumps(signing.as_dict(private=True), separators=(",", ":")),
        **{name: secrets.token_urlsafe(24) for name in _SHARED_WITH_THE_SANDBOX},
        "CONNECTORS": json.dumps([_ministry()], ensure_ascii=False, separators=(",", ":")),
        "LOADER_KEY": loader,
        "SERVICE_CLIENTS": json.dumps([_client("loader", loader, "catalog.import")], separators=(",", ":")),
        "INTERNAL_JWKS": json.dumps({"keys": [signing.as_dict(private=False)]}, separators=(",", ":")),
    }


def _ministry() -> dict[str, object]:
    return simulated_ministry("http://sandbox:8093", Path("/srv/connectors") / MINISTRY)


def _client(name: str, secret: str, *scopes: str) -> dict[str, object]:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return {"client_id": name, "secret_sha256": digest, "scopes": scopes}


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write(file: Path) -> bool:
    """Write the file for its owner's eyes only; False when there is one already."""
    try:
        with file.open("x", encoding="utf-8") as env:
            file.chmod(0o600)
            env.writelines(f"{name}='{value}'\n" for name, value in environment().items())
    except FileExistsError:
        return False
    return True


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
