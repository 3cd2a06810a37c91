"""The wire format: one marshmallow schema a resource, pure, no database and no current user."""
