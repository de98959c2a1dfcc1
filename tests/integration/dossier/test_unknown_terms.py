"""Procedures a ministry publishes with a number and no unit: nobody guesses days, and nothing breaks."""

from tests.builders.dossier.office import RECEIVER, Office, a_citizen

UNKNOWN = {"processing_time": {"value": 15, "unit": "UNKNOWN"}, "fees": []}
CHANNELS = [{"channel": channel, **UNKNOWN} for channel in ("DIRECT", "ONLINE")]


async def test_what_a_ministry_works_leads_to_the_portal(empty_office: Office) -> None:
    """Refused with the link, as any other; it was an error of the service."""
    office = await empty_office.open(channels=CHANNELS, route="MINISTRY", submit_here=False)
    citizen = a_citizen()
    answer = await office.service.post("/v1/dossiers", await office.submission(citizen), citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, "submit-at-portal")
    assert answer.json()["portal_url"] == "https://dichvucong.gov.vn/"


async def test_a_term_nobody_knows_is_not_promised(empty_office: Office) -> None:
    """Handed in, and not accepted until the catalogue says the unit."""
    office = await empty_office.open(channels=CHANNELS)
    seen = await office.submitted()
    answer = await office.tried(seen, "acceptance", RECEIVER)
    assert (answer.status_code, answer.json()["code"]) == (409, "term-unknown")
