"""The sealer of the audit log."""

from typing import Any

from core import logs
from services import audit_chain

SEAL_JOB = "audit.seal"
BATCHES_MAX = 200

logger = logs.get(__name__)


def seal(*, at: str) -> None:
    """Seal what waits. `at` makes the job unique.

    The head goes into the log of this process, which whoever changes the database does not
    change with it.
    """
    del at
    count = 0
    for _ in range(BATCHES_MAX):
        sealed = audit_chain.seal()
        count += sealed
        if not sealed:
            break
    if count:
        head = audit_chain.head()
        logger.info("audit_sealed", count=count, number=head.number, chain=head.chain)


HANDLERS: dict[str, Any] = {SEAL_JOB: seal}
