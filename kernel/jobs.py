"""Runs a service's jobs, each in one replica at a time, and the kernel's own housekeeping."""

import asyncio

import structlog
from prometheus_client import Counter

from kernel.core.bus import BusUnavailable
from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.idempotency import forget_old_answers
from kernel.runtime import Runtime
from kernel.service import Job, JobTick

_runs = Counter("job_runs_total", "Runs of a job", ["service", "job", "outcome"])
_log = structlog.get_logger()
_PRUNE = (
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at < clock_timestamp()"
    " - interval '1 day' LIMIT 10000)",
    "DELETE FROM inbox WHERE (consumer, event_id) IN (SELECT consumer, event_id FROM inbox"
    " WHERE received_at < clock_timestamp() - interval '30 days' LIMIT 10000)",
    # Letters that were replayed or given up hold what the message held of people.
    "DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters"
    " WHERE settled_at < clock_timestamp() - interval '30 days' LIMIT 10000)",
)


async def _prune(tick: JobTick) -> None:
    """Forget what no retry can need any more: the bus keeps 14 days, an idempotency key lives 7."""
    for statement in _PRUNE:
        await tick.runtime.pool.execute(statement)
    await forget_old_answers(tick.runtime.pool)
    await tick.runtime.bus.prune(tick.now)


PRUNE = Job("prune", 60, _prune)


async def run_jobs(runtime: Runtime) -> None:
    """Run every job in its own rhythm until the process stops."""
    async with asyncio.TaskGroup() as group:
        for job in (*runtime.service.jobs, PRUNE):
            group.create_task(_repeat(runtime, job))


async def _repeat(runtime: Runtime, job: Job) -> None:
    while not runtime.stopping.is_set():
        outcome = await _run_once(runtime, job)
        _runs.labels(runtime.service.name, job.name, outcome).inc()
        await wait_at_most(runtime.stopping, job.every_seconds)


async def _run_once(runtime: Runtime, job: Job) -> str:
    """Run the job under its lock; a failure is logged and the next tick tries again."""
    lock = f"job:{runtime.service.name}:{job.name}"
    try:
        with as_told():
            async with runtime.locks.hold(lock) as is_ours:
                if not is_ours:
                    return "elsewhere"
                await job.run(JobTick(runtime, runtime.clock.now()))
    except Exception as error:  # The boundary of a job.
        if _is_of_the_world(error):
            _log.warning("job_waits", job=job.name, error=repr(error))
            return "waits"
        # One job's defect must not end the others; it is logged, counted, and tried at the next tick.
        _log.exception("job_failed", job=job.name)
        return "failed"
    return "done"


def _is_of_the_world(error: Exception) -> bool:
    """Tell whether all that failed is that PostgreSQL or the bus was away."""
    if isinstance(error, ExceptionGroup):
        return all(_is_of_the_world(one) for one in error.exceptions)
    return isinstance(error, (*BROKEN_WORLD, BusUnavailable))
