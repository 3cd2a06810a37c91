"""The one table of who may call what. A new route needs its line, or the build fails."""

from tests.access import public, staff
from tests.access.expected import Table

TABLE: Table = {**public.TABLE, **staff.TABLE}
