"""What time does about work that is shared out."""

from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.give_back_steps import GIVE_BACK_STEPS
from services.dossier.jobs.reroute_steps import REROUTE_STEPS
from services.dossier.jobs.time_out_steps import TIME_OUT_STEPS

JOBS = (REROUTE_STEPS, GIVE_BACK_STEPS, TIME_OUT_STEPS, DEADLINE_WARNINGS)
