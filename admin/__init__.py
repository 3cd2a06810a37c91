"""The REST surface of staff, `/admin/api/v1`: thin routes over the services."""
