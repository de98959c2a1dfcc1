"""Whom a process believes over TLS, read once: the list of authorities takes longer than most calls."""

import ssl
from functools import cache

import httpx


@cache
def authorities(*, trust_env: bool = True) -> ssl.SSLContext:
    """Return the context for `verify=` of a client; the environment may name other authorities.

    `trust_env` as the client's own: SSL_CERT_FILE and SSL_CERT_DIR are believed or not.
    """
    return httpx.create_ssl_context(trust_env=trust_env)
