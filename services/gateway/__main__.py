"""`python -m services.gateway api|consume|relay|jobs|migrate|all`."""

from kernel.run import run
from services.gateway.app import service

if __name__ == "__main__":
    run(service)
