"""The page docs/benchmarks.md: every benchmark writes its own section and leaves the others'."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

TITLE = "# Benchmarks\n\nWritten by `./dev bench`; do not edit.\n"


def command_line(*words):
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout.strip()


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return (f"{os.cpu_count()} cores of {model.group(1) if model else platform.machine()}, "
            f"Linux {platform.release()}")


def priority():
    """What the scheduler gave this run beside others."""
    group = pathlib.Path("/proc/self/autogroup")
    if not group.exists():
        return f"nice {os.nice(0)}"
    return f"nice {os.nice(0)}, its autogroup {group.read_text().split()[-1]}"


def circumstances(source, load_before):
    """Lines that say where and when something was measured."""
    commit = command_line("git", "-C", str(source), "rev-parse", "--short", "HEAD")
    changed = command_line("git", "-C", str(source), "status", "--porcelain", "-uno")
    now = datetime.datetime.now(datetime.timezone.utc)
    return [
        f"- machine: {machine()}",
        f"- date: {now:%Y-%m-%d %H:%M} UTC; other work on the machine before the run: load "
        f"{load_before:.1f}; priority over it: {priority()}",
        f"- commit: {commit}{' and changes' if changed else ''}",
    ]


def sections(text):
    """{heading: text with it} of a page, in order."""
    parts = re.split(r"^(?=## )", text, flags=re.M)[1:]
    return {part.split("\n", 1)[0]: part.rstrip() + "\n" for part in parts}


def write_section(page, heading, lines):
    """Puts a section into the page (a path): in its old place, or at the end."""
    found = sections(page.read_text()) if page.exists() else {}
    found[f"## {heading}"] = "\n".join([f"## {heading}", "", *lines]).rstrip() + "\n"
    page.write_text("\n".join([TITLE, *found.values()]))
