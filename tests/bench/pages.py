"""Where benchmarks write what they found: each its own section of docs/benchmarks.md."""

import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from stage import SOURCE  # noqa: E402

PAGE = SOURCE / "docs/benchmarks.md"


def command_line(*words):
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout.strip()


def priority():
    """What puts this run before the other work on the machine, if anything does."""
    if os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
        return "in the scheduler's real-time class (chrt)"
    return f"nice {os.nice(0)}"


def circumstances(load_before):
    """The lines that say on what machine, when, and beside what a figure was measured."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = command_line("git", "-C", str(SOURCE), "rev-parse", "--short", "HEAD")
    changed = command_line("git", "-C", str(SOURCE), "status", "--porcelain", "-uno")
    now = datetime.datetime.now(datetime.timezone.utc)
    return [
        f"- machine: {os.cpu_count()} cores of {model.group(1) if model else platform.machine()}, "
        f"Linux {platform.release()}",
        f"- date: {now:%Y-%m-%d %H:%M} UTC; other work on the machine before the run: load "
        f"{load_before:.1f}",
        f"- commit: {commit}{' and changes' if changed else ''}",
        f"- before other work: {priority()}",
    ]


def replace_section(title, lines, page=PAGE):
    """Writes the section "## title" anew, at the end if it is new; leaves all others alone."""
    text = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n"
    section = f"## {title}\n\n" + "\n".join(lines).strip() + "\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.M | re.S)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    page.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def table(head, rows):
    """A Markdown table: words on the left, figures on the right."""
    return ["| " + " | ".join(head) + " |",
            "| --- |" + " ---: |" * (len(head) - 1),
            *("| " + " | ".join(map(str, row)) + " |" for row in rows)]


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * (len(ordered) - 1) + 0.5))]


def quantiles(values):
    return [f"{quantile(values, share):.2f} ms" for share in (0.5, 0.95, 0.99, 1.0)]
