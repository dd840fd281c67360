#!/usr/bin/env python3
"""Fails when a file breaks a rule of the house that no compiler checks.

Usage: tidy.py [FILE ...] from the repository root; without arguments every file is read.
The rules are the tables below; CONTRIBUTING.md gives their reasons.
"""

import json
import pathlib
import re
import sys

COLUMNS = 100

# The pure folders and what they may use of the standard library. The core's promises (no
# allocation, no input or output, no clock) start here; core_purity.py checks the result.
PURE = r"(shared(/session)?|client/model|client/desktop/ui(/\w+)?)/[^/]+$"
PURE_HEADERS = set("assert float inttypes limits math stdbool stddef stdint string".split())

# (files, what they may include of ours). The first row that matches a file counts.
DIRECTIONS = [
    (r"shared/platform/", r"shared/"),
    (r"shared/secure/", r"shared/(?!platform/)"),
    (r"shared/", r"shared/(?!platform/|secure/)"),
    (r"server/", r"shared/|server/"),
    (r"client/model/", r"shared/(?!platform/)|client/model/"),
    (r"client/desktop/ui/", r"shared/(?!platform/)|client/model/|client/desktop/ui/"),
    (r"client/score/", r"shared/|client/(model|score|desktop/ui)/"),
    (r"client/net/", r"shared/|client/(model|net)/"),
    (r"client/(\w+)/", r"shared/|client/(model|net|{0})/"),
    (r"tests/", r""),
]

# (library header, who may include it).
LIBRARIES = [
    (r"enet/", r"(server|client)/net/"),
    (r"sodium", r"shared/secure/"),
    (r"utf8proc\.h", r"shared/names\.c"),
    (r"SDL", r"client/desktop/(?!ui/)|tests/(integration|support|unit)/"),
    (r"(fontconfig/|png\.h)", r"client/desktop/(?!ui/)|tests/(integration|support)/"),
    (r"sqlite3\.h", r"server/storage/"),
    (r"ini\.h", r"(server|client/desktop)/"),
    (r"X11/", r"tests/integration/"),
    (r"(cmocka|setjmp)\.h", r"tests/"),
]

# (what, where it is allowed, why not elsewhere). Looked for in code without comments or strings.
FORBIDDEN = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|sscanf|rand|srand)\s*\(",
     None, "is banned; say the size, or check the result"),
    (r"\b(clock_gettime|gettimeofday|clock|time|SDL_GetTicks(64)?|SDL_GetPerformanceCounter"
     r"|enet_time_get)\s*\(",
     r"shared/platform/host_clock\.c|tests/integration/", "reads a clock; take `now` instead"),
    (r"^\s*extern\b(?!.*\"C\")", r".*\.h$", "belongs in a header"),
    (r"\b(localtime|gmtime|ctime|asctime|setenv|putenv|readdir_r)\s*\(",
     r"tests/(integration|unit)/", "is not safe beside threads"),
    (r"\b(alloca|longjmp)\s*\(", None, "is banned"),
]
# No test outside tests/integration sleeps or looks at the time.
TEST_FORBIDDEN = [
    (r"\b(sleep|usleep|nanosleep|clock_nanosleep|SDL_Delay|poll|select)\s*\(", "sleeps"),
    (r"\bhost_clock_(now|sleep)\w*\s*\(", "uses the real clock"),
]
TESTS_OF_TIME = r"tests/(integration|bench)/|tests/relay/main\.c$|tests/unit/test_host_clock\.c$"

# Where a document may point. Braces expand, stars match, and words in capitals are placeholders.
TOP = "client server shared assets tests docs cmake .ci".split()
TREE_FILES = r"\.(c|h|py|sh|md|cmake|json|groove|toml|supp)$|(^|/)(CMakeLists\.txt|dev|run)$"
SKIPPED = {".git", "build", "corpus", "__pycache__"}


def strip_code(text):
    """The same lines, with comments and the contents of literals blanked."""
    token = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def check_lines(path, text, report):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > COLUMNS and not path.endswith((".md", ".json", ".groove")):
            report(number, f"{len(line)} columns, {COLUMNS} are allowed")
        if line != line.rstrip() and not path.endswith(".md"):
            report(number, "trailing white space")
        if "FIX" + "ME" in line:
            report(number, "FIX" + "ME cannot land: fix it, or say why and until when")
    if not text.endswith("\n"):
        report(text.count("\n") + 1, "no newline at the end of the file")


def check_includes(path, text, report):
    pure = re.match(PURE, path) is not None
    includes = list(re.finditer(r"^#include ([<\"])([^>\"]+)[>\"]", text, re.M))
    for match in includes:
        number = text.count("\n", 0, match.start()) + 1
        bracket, name = match.groups()
        if bracket == '"':
            check_direction(path, name, lambda why, at=number: report(at, why))
            continue
        if pure and name != "utf8proc.h" and name.removesuffix(".h") not in PURE_HEADERS:
            report(number, f"<{name}> in a pure file")
        for library, homes in LIBRARIES:
            if re.match(library, name) and not re.match(homes, path):
                report(number, f"<{name}> belongs in {homes}")
    header = path.removesuffix(".c") + ".h"
    if path.endswith(".c") and pathlib.Path(header).exists():
        if not includes or includes[0].group(2) != header:
            report(1, f"includes its own header \"{header}\" first, to prove it complete")


def check_direction(path, name, complain):
    if not pathlib.Path(name).exists():
        complain(f"\"{name}\" is not a path from the repository root")
    if name.startswith("tests/") and not path.startswith("tests/"):
        complain("nothing includes tests")
    for files, targets in DIRECTIONS:
        match = re.match(files, path)
        if match:
            if not re.match(targets.format(*match.groups()), name):
                complain(f"\"{name}\" points against the direction of includes")
            return


def check_guard(path, text, report):
    guard = re.sub(r"[^A-Z0-9]", "_", path.upper())
    lines = re.findall(r"^#.*", text, re.M)
    if lines[:2] != [f"#ifndef {guard}", f"#define {guard}"] or lines[-1] != "#endif":
        report(1, f"the include guard is not {guard}")
    if not text.startswith("/*"):
        report(1, "a header begins with a comment that says what the module is for")


def check_calls(path, text, report):
    code = strip_code(text)
    rules = [(rule, f"{{}} {why}") for rule, homes, why in FORBIDDEN
             if homes is None or not re.match(homes, path)]
    if path.startswith("tests/") and not re.match(TESTS_OF_TIME, path):
        rules += [(rule, f"a test must not use {{}}: it {why}") for rule, why in TEST_FORBIDDEN]
    for number, line in enumerate(code.split("\n"), 1):
        for rule, why in rules:
            match = re.search(rule, line)
            if match:
                report(number, why.format(match.group().strip(" (")))


def check_document(text, report):
    presets = json.loads(pathlib.Path("CMakePresets.json").read_text())
    presets = {p["name"] for p in presets["configurePresets"] + presets["workflowPresets"]}
    commands = set(re.findall(r"^command_(\w+)\(\)", pathlib.Path("dev").read_text(), re.M))
    for number, line in enumerate(text.split("\n"), 1):
        for name in re.findall(r"--preset[ =](\w+)", line):
            if name not in presets:
                report(number, f"there is no preset {name}")
        for name in re.findall(r"\./dev (\w+)", line):
            if name not in commands:
                report(number, f"./dev has no command {name}")
        for name in re.findall(r"`([^`\s]+)`|\]\(([^)#\s]+)", line):
            check_mention("".join(name), lambda why, at=number: report(at, why))


def check_mention(name, complain):
    """`name` was written as code or linked: if it looks like one of our files, it must exist."""
    if not re.match(rf"\.?/?({'|'.join(map(re.escape, TOP))})/[\w./{{}},*-]+$", name):
        return
    if re.search(r"(?<![A-Za-z])[A-Z]{2,}(?![a-z])", name) and not name.endswith((".md", ".txt")):
        return
    alternatives = [name.removeprefix("./").rstrip("/.")]
    braces = re.search(r"\{([^}]*)\}", name)
    if braces:
        alternatives = [name.replace(braces.group(), part) for part in braces.group(1).split(",")]
    for path in alternatives:
        if not list(pathlib.Path().glob(path)):
            complain(f"{path} does not exist")


def check_file(path):
    """The problems of one file, each as a line that an editor can jump to."""
    problems = []

    def report(number, why):
        problems.append(f"{path}:{number}: {why}")

    text = pathlib.Path(path).read_text(encoding="utf-8")
    check_lines(path, text, report)
    if path.endswith((".c", ".h")):
        check_includes(path, text, report)
        check_calls(path, text, report)
    if path.endswith(".h"):
        check_guard(path, text, report)
    if path.endswith(".md"):
        check_document(text, report)
    return problems


def tree():
    for path in sorted(pathlib.Path().rglob("*")):
        if not SKIPPED & set(path.parts) and path.is_file() and re.search(TREE_FILES, str(path)):
            yield str(path)


def main(arguments):
    files = arguments or list(tree())
    problems = [problem for path in files for problem in check_file(path)]
    print("\n".join(problems) or f"{len(files)} files, nothing to say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
