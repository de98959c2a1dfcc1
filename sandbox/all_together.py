"""The five simulators as one list of listeners, for one process or a supervisor."""

from sandbox.axis.app import create_app as axis_app
from sandbox.axis.settings import AxisSettings
from sandbox.catcher.app import create_app as catcher_app
from sandbox.catcher.settings import CatcherSettings
from sandbox.ministry.app import create_app as ministry_app
from sandbox.ministry.settings import MinistrySettings
from sandbox.outside.app import create_app as outside_app
from sandbox.outside.settings import OutsideSettings
from sandbox.portal.app import create_app as portal_app
from sandbox.portal.settings import PortalSettings
from sandbox.serving import Listener


def listeners(
    portal: PortalSettings | None = None,
    catcher: CatcherSettings | None = None,
    outside: OutsideSettings | None = None,
    ministry: MinistrySettings | None = None,
    axis: AxisSettings | None = None,
) -> list[Listener]:
    """Return portal, catcher (with its SMTP), outside system, ministry and axis, set by the environment."""
    portal = portal or PortalSettings()
    catcher = catcher or CatcherSettings()
    outside = outside or OutsideSettings()
    ministry = ministry or MinistrySettings()
    axis = axis or AxisSettings()
    return [
        Listener(portal_app(portal), portal.host, portal.port),
        Listener(catcher_app(catcher), catcher.host, catcher.port),
        Listener(outside_app(outside), outside.host, outside.port),
        Listener(ministry_app(ministry), ministry.host, ministry.port),
        Listener(axis_app(axis), axis.host, axis.port),
    ]
