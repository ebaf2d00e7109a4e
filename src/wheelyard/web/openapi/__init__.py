"""The API's own description, made from the route table: OpenAPI 3.1 at ``/api/v4/openapi.json``."""
