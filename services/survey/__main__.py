"""`python -m services.survey api|consume|relay|jobs|migrate|all`."""

from kernel.run import run
from services.survey.app import service

if __name__ == "__main__":
    run(service)
