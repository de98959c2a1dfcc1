"""Fetches the files the portal named by an address."""

from kernel.service import Job, JobTick


async def fetch_links(tick: JobTick) -> None:
    """Ask for every file that is due."""
    while await tick.resources.portal.links.run() and not tick.runtime.stopping.is_set():
        continue


PORTAL_LINKS = Job("portal_links", 2, fetch_links)
