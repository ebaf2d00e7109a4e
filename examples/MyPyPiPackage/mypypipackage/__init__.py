"""A package that greets."""

from .greet import SayHello

__all__ = ["SayHello"]
