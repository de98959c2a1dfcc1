"""The seven simulators as one list of listeners, for one process or a supervisor."""

from sandbox.axis.app import create_app as axis_app
from sandbox.axis.settings import AxisSettings
from sandbox.catcher.app import create_app as catcher_app
from sandbox.catcher.settings import CatcherSettings
from sandbox.identity.app import create_app as identity_app
from sandbox.identity.settings import IdentitySettings
from sandbox.ministry.app import create_app as ministry_app
from sandbox.ministry.settings import MinistrySettings
from sandbox.outside.app import create_app as outside_app
from sandbox.outside.settings import OutsideSettings
from sandbox.portal.app import create_app as portal_app
from sandbox.portal.settings import PortalSettings
from sandbox.serving import Listener
from sandbox.tsa.app import create_app as tsa_app
from sandbox.tsa.settings import TsaSettings


def listeners(
    portal: PortalSettings | None = None,
    catcher: CatcherSettings | None = None,
    outside: OutsideSettings | None = None,
    ministry: MinistrySettings | None = None,
    axis: AxisSettings | None = None,
    identity: IdentitySettings | None = None,
    tsa: TsaSettings | None = None,
) -> list[Listener]:
    """Return all of them, the catcher with its SMTP, set by the environment."""
    portal = portal or PortalSettings()
    catcher = catcher or CatcherSettings()
    outside = outside or OutsideSettings()
    ministry = ministry or MinistrySettings()
    axis = axis or AxisSettings()
    identity = identity or IdentitySettings()
    tsa = tsa or TsaSettings()
    return [
        Listener(portal_app(portal), portal.host, portal.port),
        Listener(catcher_app(catcher), catcher.host, catcher.port),
        Listener(outside_app(outside), outside.host, outside.port),
        Listener(ministry_app(ministry), ministry.host, ministry.port),
        Listener(axis_app(axis), axis.host, axis.port),
        Listener(identity_app(identity), identity.host, identity.port),
        Listener(tsa_app(tsa), tsa.host, tsa.port),
    ]
