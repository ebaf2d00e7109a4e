"""GitLab's REST API, version 4: one module for each resource."""
