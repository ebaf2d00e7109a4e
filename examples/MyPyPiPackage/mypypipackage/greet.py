"""The greeting."""


def SayHello():
    """Greet."""
    print("Hello from MyPyPiPackage")
