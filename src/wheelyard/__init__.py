"""Wheelyard: a Python package registry to host yourself."""
