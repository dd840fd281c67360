#!/usr/bin/env python3
"""Fails when the compiled core asks for anything but arithmetic, or keeps mutable state.

Usage: core_purity.py LIBRARY [CORE]. The library is onedrum_core_plain: the pure sources, built
without sanitizers, so that every outside symbol is one the sources themselves use. With CORE it is
the secure wire, which may call the core and libsodium's functions on memory and randomness.
"""

import re
import subprocess
import sys

MEMORY = (
    "memcpy memmove memset memcmp bcmp memchr "
    "strlen strnlen strcmp strncmp strchr strrchr strstr"
)
MATHS = (
    "sin cos tan asin acos atan atan2 sinh cosh tanh sincos exp exp2 expm1 log log2 log10 log1p "
    "pow sqrt cbrt hypot fabs floor ceil round trunc rint nearbyint lround llround lrint llrint "
    "fmod remainder fmin fmax fma erf erfc lgamma tgamma ldexp frexp modf copysign scalbn"
)
# 128-bit division and multiplication, conversions of 128-bit integers, and a failed assert.
COMPILER = r"__(assert_fail|u?(div|mod|divmod)ti[34]|multi3|fix(uns)?[sd]fti|float(un)?ti[sd]f)"
# Written by the build from assets/grooves, constant by type.
GENERATED = "BUILTIN_GROOVES BUILTIN_GROOVE_COUNT"

ALLOWED = set(MEMORY.split()) | set(GENERATED.split()) | {"_GLOBAL_OFFSET_TABLE_"}
ALLOWED |= {name + suffix for name in MATHS.split() for suffix in ("", "f")}


# shared/names.c asks Unicode's tables, in its own memory: nothing of utf8proc that allocates.
UTF8PROC = r"utf8proc_(decompose|normalize_utf32|encode_char|category|get_property)"
SODIUM = r"(crypto_\w+|sodium_(init|memzero|memcmp)|randombytes_buf)"


def symbols_of(library):
    """(place, name, kind) of every symbol."""
    listing = subprocess.run(
        ["nm", "-P", "-A", library], check=True, capture_output=True, text=True
    ).stdout
    symbols = [line.rsplit(": ", 1) for line in listing.splitlines()]
    return [(place, *rest.split()[:2]) for place, rest in symbols]


def main(library, core=None):
    symbols = symbols_of(library)
    defined = {name for _, name, kind in symbols if kind not in "Uw"}
    foreign = f"{COMPILER}|{UTF8PROC}"
    if core:
        defined |= {name for _, name, kind in symbols_of(core) if kind not in "Uw"}
        foreign = f"{COMPILER}|{UTF8PROC}|{SODIUM}"
    problems = []
    for place, name, kind in symbols:
        member = re.sub(r".*\[(.*)\]", r"\1", place)
        if kind in "Uw" and name not in ALLOWED | defined and not re.fullmatch(foreign, name):
            problems.append(f"{member}: the core must not call {name}")
        # Constant tables of pointers live in .data.rel.ro, which nm shows as "d" too.
        if kind in "bBcCsSgG" or (kind in "dD" and not is_read_only(library, name)):
            problems.append(f"{member}: the core must not keep mutable state: {name}")
    print("\n".join(sorted(set(problems))) or f"{len(defined)} symbols, all pure")
    return 1 if problems or not defined else 0


def is_read_only(library, name):
    """Whether every definition of `name` lies in a section that is sealed after relocation."""
    table = subprocess.run(["objdump", "-t", library], check=True, capture_output=True, text=True)
    rows = [row.split() for row in table.stdout.splitlines()]
    sections = [row[-3] for row in rows if row and row[-1] == name and "*UND*" not in row]
    return bool(sections) and all(section.startswith(".data.rel.ro") for section in sections)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
