"""The Administration area, one module for each of its pages; for administrators alone."""
