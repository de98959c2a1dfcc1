"""The issuers a stack signs citizens in at: VNeID and VNConnect as the sandbox plays them."""

from typing import Any

CLIENT = "mot-cua"
_LABELS = {"vneid": "VNeID (mô phỏng)", "vnconnect": "VNConnect (mô phỏng)"}


def simulated_issuers(public: str, inside: str, secret: str) -> list[dict[str, Any]]:
    """Return both as `GATEWAY_ISSUERS` has them: `public` for browsers, `inside` for the gateway itself."""
    return [
        {
            "issuer": f"{public}/{name}",
            "audience": CLIENT,
            "client_id": CLIENT,
            "client_secret": secret,
            "authorization_url": f"{public}/{name}/oauth2/authorize",
            "token_url": f"{inside}/{name}/oauth2/token",
            "userinfo_url": f"{inside}/{name}/oauth2/userinfo",
            "jwks_url": f"{inside}/{name}/oauth2/jwks",
            "end_session_url": f"{public}/{name}/oidc/logout",
            "portal_flag": name,
            "label": label,
            **({"acr_values": "LoA1"} if name == "vnconnect" else {}),
        }
        for name, label in _LABELS.items()
    ]
