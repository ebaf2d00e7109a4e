"""Users, groups and projects: their homes, members, deploy tokens and settings."""
