"""`python -m sandbox.portal`: the portal alone, on loopback, until it is told to stop."""

import asyncio

from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from sandbox.serving import Listener, serve

if __name__ == "__main__":
    settings = PortalSettings()
    asyncio.run(serve([Listener(create_app(settings), settings.host, settings.port)]))
