#!/usr/bin/env python3
"""Who comes in and who leads: kick, ban, lock, names and the facilitator's password, with the real
server and control program.

ctest: waits timeout=120
"""

import os
import subprocess
import sys

from stage import Stage


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def ctl(stage, link, *arguments):
    return subprocess.run([str(stage.path("onedrum-ctl")), "--link", link, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, text=True,
                          check=False)


def people(stage):
    return {person["name"]: person for person in stage.status()["participants"]}


def swarm(stage, prefix, count):
    return stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", count,
                       "--seconds", 0, "--prefix", prefix)


def check_ban_and_lock(stage, server):
    swarm(stage, "Drummer", 3)
    stage.wait_for(lambda: len(people(stage)) == 3, 20, "three people", server)
    names = sorted(people(stage))
    expect("cannot come back" in stage.ctl("ban", names[0]), "ban says what it did")
    stage.wait_for(lambda: names[0] not in people(stage), 10, "a ban", server)
    expect("locked" in stage.ctl("lock"), "lock says what it did")
    expect(stage.status()["locked"] is True, "status tells of the lock")
    swarm(stage, "Newcomer", 2)
    stage.wait_for(lambda: "reason=locked" in stage.errors(server), 20, "a refusal", server)
    expect(not any(name.startswith("Newcomer") for name in people(stage)), "nobody new is in")
    return names[0]


def check_after_restart(stage, banned):
    expect(stage.status()["locked"] is True, "the lock outlives the server")
    stage.ctl("unlock")
    expect(stage.status()["locked"] is False, "unlock opens")
    prefix = banned.rsplit(" ", 1)[0]
    swarm(stage, prefix.upper(), 3)


def check_password(stage, server):
    right = stage.folder / "right"
    wrong = stage.folder / "wrong"
    wrong.write_text("one drum, one bean\n")
    os.chmod(wrong, 0o600)
    link = stage.ready["link"]
    refused = ctl(stage, link, "tempo", 96)
    expect(refused.returncode == 1 and "Only the facilitator" in refused.stderr, refused.stderr)
    done = ctl(stage, link, "--password-file", right, "tempo", 96)
    expect(done.returncode == 0, done.stderr)
    for _ in range(2):
        refused = ctl(stage, link, "--password-file", wrong, "tempo", 99)
        expect(refused.returncode == 1 and "password" in refused.stderr, refused.stderr)
    expect("tempo 99" not in stage.errors(server), "a wrong password orders nothing")
    os.chmod(wrong, 0o644)
    refused = ctl(stage, link, "--password-file", wrong, "tempo", 99)
    expect(refused.returncode == 1 and "chmod" in refused.stderr, refused.stderr)
    expect("one drum" not in stage.errors(server), "no password stands in the log")


def main():
    stage = Stage()
    right = stage.folder / "right"
    right.write_text("one drum, one beat\n")
    os.chmod(right, 0o600)
    server = stage.serve("--facilitator-password-file", right)
    check_password(stage, server)
    banned = check_ban_and_lock(stage, server)
    stage.end(server)
    server = stage.serve("--facilitator-password-file", right)
    check_after_restart(stage, banned)
    stage.wait_for(lambda: "reason=banned" in stage.errors(server), 20, "a refused ban", server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
