"""What the tags in a wheel's file name mean, in words.

Essential reading: the PyPA specification "Platform compatibility tags" (PEP 425, 600, 656, 730,
738) and PEP 427 for the file name.
"""

import re
from collections.abc import Callable

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from wheelyard.pypi.names import Filename

Gettext = Callable[[str], str]

_INTERPRETERS = {
    "cp": "CPython", "pp": "PyPy", "ip": "IronPython", "jy": "Jython", "graalpy": "GraalPy",
}  # fmt: skip
_INTERPRETER = re.compile(r"(py|cp|pp|ip|jy|graalpy)(\d)(\d*)\Z")
_CPYTHON_ABI = re.compile(r"cp(\d)(\d+)([a-z]*)\Z")
_OTHER_ABI = re.compile(r"(pypy|graalpy)(\d)(\d+)_")

_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_(\w+)\Z")
_OLD_MANYLINUX = re.compile(r"manylinux(1|2010|2014)_(\w+)\Z")
_GLIBC = {"1": "2.5", "2010": "2.12", "2014": "2.17"}  # PEP 513, 571 and 599
_MUSLLINUX = re.compile(r"musllinux_(\d+)_(\d+)_(\w+)\Z")
_MACOS = re.compile(r"macosx_(\d+)_(\d+)_(\w+)\Z")
_IOS = re.compile(r"ios_(\d+)_(\d+)_(\w+?)_(iphoneos|iphonesimulator)\Z")
_ANDROID = re.compile(r"android_(\d+)_(\w+)\Z")
_LINUX = re.compile(r"linux_(\w+)\Z")

_WINDOWS = {"win32": "x86", "win_amd64": "x86-64", "win_arm64": "ARM64", "win_arm32": "ARM"}

_MACHINES = {"x86_64": "x86-64", "amd64": "x86-64", "i686": "x86", "i386": "x86",
             "aarch64": "ARM64", "arm64_v8a": "ARM64", "armv7l": "ARMv7", "armeabi_v7a": "ARMv7",
             "ppc64le": "POWER little-endian", "ppc64": "POWER", "s390x": "IBM Z",
             "riscv64": "RISC-V", "loongarch64": "LoongArch"}  # fmt: skip


def explain(filename: Filename | str, _: Gettext) -> list[tuple[str, str]]:
    """Return each part of a wheel's name behind the version, and a sentence on it.

    Parts that mean the same stand together.  What is unknown is its own sentence; what is no wheel
    has no parts.
    """
    text = filename if isinstance(filename, str) else filename.text
    try:
        parse_wheel_filename(text)
    except InvalidWheelFilename:
        return []
    _name, _version, *build, pythons, abis, platforms = text.removesuffix(".whl").split("-")
    is_stable = "abi3" in abis.lower().split(".")
    is_pure = platforms.lower() == "any"
    explained = [(tag, _build(tag, _)) for tag in build]
    explained += _together(pythons, lambda tag: _python(tag, _, is_stable=is_stable))
    explained += _together(abis, lambda tag: _abi(tag, _, is_pure=is_pure))
    return explained + _together(platforms, lambda tag: _platform(tag, _))


def _together(tags: str, meaning: Callable[[str], str]) -> list[tuple[str, str]]:
    """Join tags of one meaning, such as manylinux2014 and manylinux_2_17."""
    found: dict[str, str] = {}
    for tag in tags.split("."):
        said = meaning(tag.lower())
        found[said] = f"{found[said]}.{tag}" if said in found else tag
    return [(joined, said) for said, joined in found.items()]


def _build(tag: str, _: Gettext) -> str:
    return _("Build %(tag)s: of equal files, installers take the highest build") % {"tag": tag}


def _python(tag: str, _: Gettext, *, is_stable: bool) -> str:
    match = _INTERPRETER.match(tag)
    if match is None:
        return tag
    kind, major, minor = match.groups()
    version = f"{major}.{minor}" if minor else major
    if kind != "py":
        words = _("%(name)s %(version)s or newer") if is_stable else _("%(name)s %(version)s")
        return words % {"name": _INTERPRETERS[kind], "version": version}
    words = _("Python %(version)s or newer, any") if minor else _("Python %(version)s, any")
    return words % {"version": version}


def _abi(tag: str, _: Gettext, *, is_pure: bool) -> str:
    if tag == "none":
        return _("no compiled code") if is_pure else _("does not depend on the binary interface")
    if tag == "abi3":
        return _("stable ABI: one file for this and every newer version of CPython")
    if match := _CPYTHON_ABI.match(tag):
        version = f"{match[1]}.{match[2]}"
        words = {
            "t": _("compiled for CPython %(version)s without the global lock"),
            "d": _("compiled for debug builds of CPython %(version)s"),
        }.get(match[3], _("compiled for CPython %(version)s"))
        return words % {"version": version}
    if match := _OTHER_ABI.match(tag):
        name = {"pypy": "PyPy", "graalpy": "GraalPy"}[match[1]]
        version = f"{match[2]}.{match[3]}"
        return _("compiled for %(name)s %(version)s") % {"name": name, "version": version}
    return tag


def _platform(tag: str, _: Gettext) -> str:
    if tag == "any":
        return _("any operating system")
    if tag in _WINDOWS:
        return _windows(tag, _)
    for find in (_linux, _macos, _mobile):
        found = find(tag, _)
        if found:
            return found
    return tag


def _windows(tag: str, _: Gettext) -> str:
    bits = _("Windows, 32 bit") if tag in {"win32", "win_arm32"} else _("Windows, 64 bit")
    return f"{bits} ({_WINDOWS[tag]})"


def _linux(tag: str, _: Gettext) -> str:
    if match := _MANYLINUX.match(tag):
        libc, machine = f"{match[1]}.{match[2]}", match[3]
        words = _("Linux with glibc %(version)s or newer, %(machine)s")
    elif match := _OLD_MANYLINUX.match(tag):
        libc, machine = _GLIBC[match[1]], match[2]
        words = _("Linux with glibc %(version)s or newer, %(machine)s")
    elif match := _MUSLLINUX.match(tag):
        libc, machine = f"{match[1]}.{match[2]}", match[3]
        words = _("Linux with musl %(version)s or newer, such as Alpine, %(machine)s")
    elif match := _LINUX.match(tag):
        libc, machine = "", match[1]
        words = _("Linux like the one that it was built on, %(machine)s")
    else:
        return ""
    return words % {"version": libc, "machine": _MACHINES.get(machine, machine)}


def _macos(tag: str, _: Gettext) -> str:
    match = _MACOS.match(tag)
    if match is None:
        return ""
    major, minor, machine = match.groups()
    version = major if minor == "0" and major != "10" else f"{major}.{minor}"
    machines = {
        "arm64": _("Apple silicon"),
        "x86_64": _("Intel"),
        "universal2": _("Apple silicon or Intel"),
        "intel": _("Intel, 32 and 64 bit"),
        "i386": _("Intel, 32 bit"),
        "universal": _("Intel or PowerPC"),
    }
    words = _("macOS %(version)s or newer, %(machine)s")
    return words % {"version": version, "machine": machines.get(machine, machine)}


def _mobile(tag: str, _: Gettext) -> str:
    if match := _IOS.match(tag):
        devices = {"iphoneos": _("devices"), "iphonesimulator": _("simulator")}
        machine = _MACHINES.get(match[3], match[3])
        words = _("iOS %(version)s or newer, %(device)s, %(machine)s")
        version = f"{match[1]}.{match[2]}"
        return words % {"version": version, "device": devices[match[4]], "machine": machine}
    if match := _ANDROID.match(tag):
        machine = _MACHINES.get(match[2], match[2])
        words = _("Android with API level %(level)s or newer, %(machine)s")
        return words % {"level": match[1], "machine": machine}
    return ""
