#!/usr/bin/env python3
"""onedrum-server by its command line: what it prints, how it fails, and how little it does idle.

ctest: waits timeout=60
"""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time

from stage import Stage

IDLE_S = 3.0


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def run(stage, *arguments):
    """A server that is expected to end by itself."""
    return subprocess.run([str(stage.path("onedrum-server")), *map(str, arguments)], text=True,
                          capture_output=True, timeout=20, check=False)


def check_words(stage):
    done = run(stage, "--help")
    expect(done.returncode == 0 and "--listen HOST:PORT" in done.stdout, "--help")
    done = run(stage, "--version")
    expect(done.returncode == 0 and re.fullmatch(r"onedrum-server \d+\.\d+\.\d+\n", done.stdout),
           f"--version says {done.stdout!r}")
    for wrong in [["--listen"], ["--seats", "0"], ["--tempo", "fast"], ["--sing"],
                  ["--groove", "polka", "--data", stage.folder / "unused"]]:
        done = run(stage, *wrong)
        expect(done.returncode == 2, f"{wrong}: exit {done.returncode}")
        expect(done.stdout == "" and wrong[0] in done.stderr, f"{wrong}: {done.stderr}")
    expect(not (stage.folder / "unused").exists(), "wrong usage made a data directory")


def check_failure(stage, what, *arguments):
    done = run(stage, *arguments)
    expect(done.returncode == 1, f"{what}: exit {done.returncode}\n{done.stderr}")
    expect(done.stdout == "", f"{what}: printed {done.stdout}")
    last = done.stderr.strip().split("\n")[-1]
    expect(" error " in last and ("--data" in last or "--listen" in last or "--grooves" in last),
           f"{what}: no remedy in {last!r}")


def check_failures(stage):
    port = stage.ready["port"]
    data = stage.folder / "data"
    check_failure(stage, "port in use", "--listen", f"127.0.0.1:{port}", "--data",
                  stage.folder / "other")
    check_failure(stage, "data in use", "--listen", "127.0.0.1:0", "--data", data)
    check_failure(stage, "no directory", "--listen", "127.0.0.1:0", "--data", "/dev/null/here")
    check_failure(stage, "foreign address", "--listen", "192.0.2.1:0", "--data",
                  stage.folder / "other")
    check_failure(stage, "no grooves", "--listen", "127.0.0.1:0", "--grooves",
                  stage.folder / "none", "--data", stage.folder / "other")


def check_ready_line(stage, server):
    ready = stage.ready
    expect(ready["event"] == "ready", f"{ready}")
    expect(re.fullmatch(r"[0-9A-Z]{8}", ready["code"]), f"code {ready['code']}")
    link = f"onedrum://127.0.0.1:{ready['port']}/{ready['code']}"
    expect(re.fullmatch(r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}", ready["fingerprint"]), f"{ready}")
    fragment = "#" + ready["fingerprint"].replace("-", "")
    expect(ready["link"] == link + fragment, f"link {ready['link']}")
    expect(re.fullmatch(re.escape(link) + r"\?facilitator=[0-9a-f]{32}" + fragment,
                        ready["facilitator_link"]), f"{ready['facilitator_link']}")
    expect(stage.output(server).count("\n") == 1, "more than one line")


def processor_seconds(server):
    fields = open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_idle(server):
    before = processor_seconds(server)
    time.sleep(IDLE_S)
    used = (processor_seconds(server) - before) / IDLE_S
    print(f"idle: {100 * used:.1f} % of a core")
    expect(used < 0.10, f"an idle server uses {100 * used:.1f} % of a core")


def check_further_sessions(stage, server):
    """The stored session first, the new one after it, and the last port again."""
    first = dict(stage.ready)
    expect(stage.end(server, signal.SIGINT) == 0, "SIGINT is no end in order")
    server = stage.serve("--new-session", "--title", "Zweiter Kreis", tag="second")
    stage.wait_for(lambda: stage.output(server).count("\n") == 2, 5, "second line", server)
    lines = [json.loads(line) for line in stage.output(server).splitlines()]
    expect(lines[0] == first, f"{lines[0]} instead of {first}")
    expect(lines[1]["event"] == "session" and lines[1]["title"] == "Zweiter Kreis", f"{lines[1]}")
    expect(lines[1]["code"] != first["code"], "two sessions with one code")
    expect(stage.end(server) == 0, "SIGTERM is no end in order")
    return first["port"]


def check_taken_port(stage, port):
    """Port 0 prefers the last port, and takes another when somebody has it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        server = stage.serve(tag="third")
        expect(stage.ready["port"] != port, "a port that is taken")
        expect(stage.end(server) == 0, "SIGTERM is no end in order")


def check_surprises(stage):
    """Said at the start: links that lead nowhere else, options that a stored session ignores."""
    server = stage.serve("--title", "Another", "--listen", "0.0.0.0:0", tag="surprised")
    errors = stage.errors(server)
    expect(stage.ready["title"] != "Another", "a stored session took another title")
    expect("--new-session opens one" in errors, f"nothing of ignored options:\n{errors}")
    expect("--public-host" in errors, f"nothing of links for this machine only:\n{errors}")
    expect(stage.end(server) == 0, "SIGTERM is no end in order")
    server = stage.serve(tag="unsurprised")
    expect(" warn " not in stage.errors(server), f"needless:\n{stage.errors(server)}")
    expect(stage.end(server) == 0, "SIGTERM is no end in order")


def check_newer_store(stage):
    base = sqlite3.connect(stage.folder / "data/onedrum.db")
    base.execute("UPDATE meta SET value = 99 WHERE key = 'schema_version'")
    base.commit()
    base.close()
    check_failure(stage, "newer store", "--listen", "127.0.0.1:0", "--data", stage.folder / "data")


def check_noise(stage, server):
    """Datagrams of nobody: too long, too short, garbage. The server goes on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for size in [0, 1, 2, 39, 40, 41, 576, 1400, 4096, 4097, 9000]:
            stranger.sendto(bytes((size * 7 + i) % 256 for i in range(size)),
                            ("127.0.0.1", stage.ready["port"]))
        stranger.sendto(b"ODC1" + bytes(36), ("127.0.0.1", stage.ready["port"]))
        stranger.settimeout(0.5)
        try:
            answer = stranger.recv(4096)
            raise AssertionError(f"an answer of {len(answer)} bytes to a stranger's ping")
        except socket.timeout:
            pass
    expect(server.poll() is None, f"noise ended the server:\n{stage.errors(server)}")
    expect(stage.status()["state"] == "lobby", "noise deafened the server")


def main():
    stage = Stage()
    check_words(stage)
    server = stage.serve(tag="first")
    check_ready_line(stage, server)
    check_failures(stage)
    check_idle(server)
    check_noise(stage, server)
    port = check_further_sessions(stage, server)
    check_taken_port(stage, port)
    check_surprises(stage)
    check_newer_store(stage)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"{error}")
