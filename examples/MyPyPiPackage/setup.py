"""The package of the README and of ``make demo``."""

import setuptools

setuptools.setup(
    name="mypypipackage",
    version="0.0.1",
    author="Ada Example",
    author_email="ada@example.com",
    description="A first package for Wheelyard",
    packages=setuptools.find_packages(),
    classifiers=[
        "Programming Language :: Python :: 3",
        "Operating System :: OS Independent",
        "Topic :: Software Development",
    ],
    python_requires=">=3.6",
)
