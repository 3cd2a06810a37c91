"""Background work, for administrators."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest import paging
from rest.access import current_actor, staff
from schemas.jobs import JobCardSchema, JobListQuerySchema
from schemas.pages import page_of
from services import jobs
from services.jobs import Filters

namespace = Namespace("jobs", description="后台任务 background work")


@namespace.route("")
class JobList(Resource):
    """All jobs."""

    @staff("jobs", "read")
    @contract.asks(JobListQuerySchema)
    @contract.gives(page_of(JobCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List jobs, those due first; what is done or cancelled is kept a week."""
        filters = Filters(query.get("state"), query.get("name"))
        page = paging.by_time(
            query,
            lambda limit, after: jobs.listing(filters, limit=limit, after=after),
            "run_at",
        )
        return {**page, "items": [jobs.shown(job) for job in page["items"]]}


@namespace.route("/<job_id>")
class JobDetail(Resource):
    """One job."""

    @staff("jobs", "read")
    @contract.gives(JobCardSchema)
    def get(self, job_id: str) -> dict[str, Any]:
        """Read a job."""
        return jobs.shown(jobs.get(job_id))


@namespace.route("/<job_id>/retry")
class JobRetry(Resource):
    """Trying again."""

    @staff("jobs", "write")
    @contract.gives(JobCardSchema)
    def post(self, job_id: str) -> dict[str, Any]:
        """Make a failed job due again with all its attempts."""
        return jobs.shown(jobs.retry(current_actor(), job_id))


@namespace.route("/<job_id>/cancel")
class JobCancel(Resource):
    """Cancelling."""

    @staff("jobs", "write")
    @contract.gives(JobCardSchema)
    def post(self, job_id: str) -> dict[str, Any]:
        """Take a waiting job out of the queue."""
        return jobs.shown(jobs.cancel(current_actor(), job_id))
