"""`python -m services.dossier api|consume|relay|jobs|migrate|all|verify-history|republish`."""

from kernel.run import run
from services.dossier.app import service

if __name__ == "__main__":
    run(service)
