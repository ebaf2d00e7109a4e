"""Packages: lists, releases and their files, and how to publish and install."""
