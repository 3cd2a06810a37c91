"""What tests of bookings share: background work by a clock that a test sets."""

from tests.services.bookings.conftest import pass_time as pass_time
from tests.services.bookings.conftest import run_jobs as run_jobs
