"""The async shell: it translates HTTP, and decides nothing."""
