"""What the tags in a wheel's file name mean for people (PyPA, "Platform compatibility tags")."""

import re
from collections.abc import Callable, Iterator

_Say = Callable[[str], str]

_INTERPRETERS = {"cp": "CPython", "pp": "PyPy", "ip": "IronPython", "jy": "Jython"}
_OLD_GLIBC = {"manylinux1": "2.5", "manylinux2010": "2.12", "manylinux2014": "2.17"}
_MACHINES = {
    "x86_64": "x86-64",
    "amd64": "x86-64",
    "i686": "x86, 32 bit",
    "aarch64": "ARM, 64 bit",
    "arm64": "ARM, 64 bit",
    "armv7l": "ARM, 32 bit",
    "ppc64le": "POWER, 64 bit",
    "s390x": "IBM Z",
    "riscv64": "RISC-V, 64 bit",
    "universal2": "Apple silicon, Intel",
}

_PYTHON = re.compile(r"(cp|pp|ip|jy)(\d)(\d*)\Z", re.ASCII)
_ABI = re.compile(r"cp(\d)(\d+)(t?)\Z", re.ASCII)
_LINUX = re.compile(r"(manylinux|musllinux)_(\d+)_(\d+)_(\w+)\Z", re.ASCII)
_OLD_LINUX = re.compile(r"(manylinux1|manylinux2010|manylinux2014)_(\w+)\Z", re.ASCII)
_PLAIN_LINUX = re.compile(r"linux_(\w+)\Z", re.ASCII)
_MAC = re.compile(r"macosx_(\d+)_(\d+)_(\w+)\Z", re.ASCII)
_WINDOWS = {"win32": "x86, 32 bit", "win_amd64": "x86-64", "win_arm64": "ARM, 64 bit"}


def explain(filename: str, _: _Say) -> list[tuple[str, str]]:
    """Return each tag of a wheel and what it means; a tag that is not known means itself."""
    parts = filename.removesuffix(".whl").split("-")
    if len(parts) < 5:  # noqa: PLR2004  name, version and three tags (PEP 427)
        return []
    pythons, abis, platforms = parts[-3:]
    return [
        *((tag, _python(tag, _)) for tag in pythons.split(".")),
        *((tag, _abi(tag, _)) for tag in abis.split(".")),
        *((tag, _platform(tag, _)) for tag in platforms.split(".")),
        *_build(parts, _),
    ]


def _build(parts: list[str], _: _Say) -> Iterator[tuple[str, str]]:
    if len(parts) > 5:  # noqa: PLR2004  as above, and a build number
        yield parts[2], _("the build of this release: the highest is installed")


def _python(tag: str, _: _Say) -> str:
    if tag in ("py2", "py3"):
        return _("Python %(version)s, any implementation") % {"version": tag[2:]}
    if re.fullmatch(r"py\d\d+", tag, re.ASCII):
        return _("Python %(version)s or newer") % {"version": f"{tag[2]}.{tag[3:]}"}
    found = _PYTHON.match(tag)
    if not found:
        return tag
    minor = f".{found[3]}" if found[3] else ""
    return f"{_INTERPRETERS[found[1]]} {found[2]}{minor}"


def _abi(tag: str, _: _Say) -> str:
    if tag == "none":
        return _("no compiled code that depends on one Python")
    if tag == "abi3":
        return _("the stable ABI: also every later CPython 3")
    found = _ABI.match(tag)
    if not found:
        return tag
    version = f"{found[1]}.{found[2]}"
    if found[3]:
        return _("compiled for CPython %(version)s without the GIL") % {"version": version}
    return _("compiled for CPython %(version)s") % {"version": version}


def _platform(tag: str, _: _Say) -> str:
    if tag == "any":
        return _("any system")
    if tag in _WINDOWS:
        return f"Windows, {_WINDOWS[tag]}"
    for pattern, write in (
        (_LINUX, _linux),
        (_OLD_LINUX, _old_linux),
        (_PLAIN_LINUX, _plain_linux),
        (_MAC, _mac),
    ):
        if found := pattern.match(tag):
            return write(found, _)
    return tag


def _linux(found: re.Match[str], _: _Say) -> str:
    values = {"version": f"{found[2]}.{found[3]}", "machine": _machine(found[4])}
    if found[1] == "musllinux":
        return _("Linux with musl %(version)s or newer, %(machine)s") % values
    return _("Linux with glibc %(version)s or newer, %(machine)s") % values


def _old_linux(found: re.Match[str], _: _Say) -> str:
    values = {"version": _OLD_GLIBC[found[1]], "machine": _machine(found[2])}
    return _("Linux with glibc %(version)s or newer, %(machine)s") % values


def _plain_linux(found: re.Match[str], _: _Say) -> str:
    return _("Linux like the one that it was built on, %(machine)s") % {
        "machine": _machine(found[1])
    }


def _mac(found: re.Match[str], _: _Say) -> str:
    version = found[1] if found[2] == "0" else f"{found[1]}.{found[2]}"
    values = {"version": version, "machine": _machine(found[3])}
    return _("macOS %(version)s or newer, %(machine)s") % values


def _machine(name: str) -> str:
    return _MACHINES.get(name, name)
