"""`python -m services.notify api|consume|relay|jobs|migrate|all`."""

from kernel.run import run
from services.notify.app import service

if __name__ == "__main__":
    run(service)
