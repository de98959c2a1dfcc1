"""What time does about work that is shared out."""

from services.dossier.jobs.reroute_steps import REROUTE_STEPS

JOBS = (REROUTE_STEPS,)
