"""What happens without anybody's press: the worker's jobs, at once and at night."""

import re
import traceback
from collections.abc import Iterator

from app.jobs import build_scheduler, run_job
from tests.walker.oracles import Fault
from tests.walker.world import World

NIGHTLY = 24 * 3600


def work(world: World) -> Iterator[Fault]:
    """Run every job that runs by day once."""
    yield from _run(world, nightly=False)


def night(world: World) -> Iterator[Fault]:
    """Let the clock go to three at night, run everything, and go on to eight in the morning."""
    hour = (world.now().hour + 8) % 24
    world.clock.move(hours=(27 - hour) % 24 or 24)
    yield from _run(world, nightly=True)
    world.clock.move(hours=5)
    yield from _run(world, nightly=False)


def _run(world: World, *, nightly: bool) -> Iterator[Fault]:
    for job in build_scheduler(world.flask_app)._jobs.values():
        if nightly or job.seconds < NIGHTLY:
            try:
                run_job(world.flask_app, job)
            except Exception as error:
                seen = re.sub(r"\d+", "N", traceback.format_exception_only(error)[-1].strip())[:200]
                yield Fault("broken", f"job {job.name}", seen, traceback.format_exc()[-3000:])
