"""Making departures from schedules, once a day."""

from typing import Any

from core import logs
from services import schedules
from services.actors import system
from services.generation import Outcome

GENERATE_JOB = "departures.generate"
ACTOR = system("departures.generate")

logger = logs.get(__name__)


def generate(*, day: str) -> None:
    """Make what schedules want and is not there yet. `day` makes the job unique."""
    del day
    for done in schedules.generate_all(ACTOR):
        made = sum(one.outcome is Outcome.CREATED for one in done.days)
        problems = len(done.schedule.problems)
        logger.info("departures_made", schedule=done.schedule.id, made=made, problems=problems)


HANDLERS: dict[str, Any] = {GENERATE_JOB: generate}
