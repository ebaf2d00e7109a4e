"""The packaging standards: names, metadata, archives, simple pages.

Imports the standard library and ``packaging`` only, and holds no state.
"""
