#!/usr/bin/env python3
"""What can be seen and changed on the way: nothing; and another server in the old one's place is
refused with a sentence. All on 127.0.0.1."""
# ctest: waits timeout=120

import base64
import contextlib
import json
import os
import re
import select
import shutil
import socket
import sqlite3
import struct
import sys
import threading
import time

from stage import Stage

KEY_SENTENCE = "This server is not the one you joined before."
VERSION_SENTENCE = "different versions"
PLAYERS = 6
SECONDS = 8


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


class Capture:
    """Hears everything on loopback to and from a server's port, as tcpdump would; needs the right
    to, and raises PermissionError without it."""

    IP = 0x0800
    STATISTICS = (263, 6)  # SOL_PACKET, PACKET_STATISTICS

    def __init__(self, port):
        self.port = port
        self.seen = []
        self.stops = False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.settimeout(0.1)
        self.socket.bind(("lo", self.IP))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stops:
            try:
                packet, source = self.socket.recvfrom(65536)
            except socket.timeout:
                continue
            if source[2] != socket.PACKET_OUTGOING:  # each is there twice
                self.take(packet)

    def take(self, packet):
        udp = packet[(packet[0] & 15) * 4:]
        if packet[9] == socket.IPPROTO_UDP and self.port in struct.unpack_from("!HH", udp):
            self.seen.append(udp[8:struct.unpack_from("!H", udp, 4)[0]])

    def close(self):
        self.stops = True
        self.thread.join()
        _, dropped = struct.unpack("II", self.socket.getsockopt(*self.STATISTICS, 8))
        expect(dropped == 0, f"{dropped} packets were not captured")
        self.socket.close()


class Relay:
    """Stands between clients and a server, hands everything on and remembers all of it."""

    def __init__(self, port):
        self.server = ("127.0.0.1", port)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port = self.front.getsockname()[1]
        self.backs = {}
        self.seen = []
        self.stops = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stops:
            readable, _, _ = select.select([self.front, *self.backs.values()], [], [], 0.1)
            for source in readable:
                try:
                    data, address = source.recvfrom(4096)
                except ConnectionError:
                    continue
                self.seen.append(data)
                if source is self.front:
                    self.back_of(address).sendto(data, self.server)
                else:
                    client = next(a for a, s in self.backs.items() if s is source)
                    self.front.sendto(data, client)

    def back_of(self, address):
        if address not in self.backs:
            back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            back.bind(("127.0.0.1", 0))
            self.backs[address] = back
        return self.backs[address]

    def close(self):
        self.stops = True
        self.thread.join()
        for back in [self.front, *self.backs.values()]:
            back.close()


def run(stage, name, *arguments, env=None):
    """Runs a program to its end; returns its exit code and all it said."""
    process = stage.start(name, *arguments, env=env)
    code = process.wait(timeout=60)
    return code, stage.output(process) + stage.errors(process)


def through(link, port):
    return re.sub(r":\d+/", f":{port}/", link, count=1)


def without_fingerprint(link):
    return link.split("#")[0]


def listen_to(port):
    try:
        return Capture(port)
    except PermissionError:
        print("no right to capture packets: a relay listens instead")
        return Relay(port)


CODE_ALPHABET = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE32_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def forms_of(secret):
    """The bytes of a secret, and the texts in which such bytes are written."""
    base32 = base64.b32encode(secret).rstrip(b"=")
    code = base32.translate(bytes.maketrans(BASE32_ALPHABET, CODE_ALPHABET))
    return {secret, secret.hex().encode(), secret.hex().upper().encode(), base32, base32.lower(),
            code, base64.b64encode(secret).rstrip(b"=")}


def resume_tokens(stage):
    """What the server has stored, of every player and of the facilitator."""
    tokens = set()
    for path in (stage.folder / "data").glob("*.db"):
        with contextlib.closing(sqlite3.connect(path)) as store:
            tokens |= {row[0] for row in store.execute("SELECT resume_token FROM participant")}
    expect(len(tokens) == PLAYERS + 1, f"{len(tokens)} resume tokens are stored")
    return tokens


def secrets_of(stage):
    code = stage.ready["code"]
    token = bytes.fromhex(re.search(r"facilitator=([0-9a-f]+)",
                                    stage.ready["facilitator_link"]).group(1))
    names = [b"Plainname", "\u00c9toile".encode(), b"Otherteam", b"Plain Title", b"Pulse"]
    codes = [code.encode(), f"{code[:4]}-{code[4:]}".encode(), code.lower().encode()]
    return [*names, *codes, token, *resume_tokens(stage)]


def check_nothing_is_seen(stage):
    """No name, team, title, code or token in any datagram of a whole session, in any form."""
    server = stage.serve("--title", "Plain Title", tag="seen")
    ear = listen_to(stage.ready["port"])
    swarm = stage.start("onedrum-swarm", "--join", through(stage.ready["link"], ear.port),
                        "--players", PLAYERS, "--seconds", SECONDS, "--prefix", "Plainname",
                        "--teams", "\u00c9toile,Otherteam", "--json")
    time.sleep(2)
    code, said = run(stage, "onedrum-ctl", "--link",
                     through(stage.ready["facilitator_link"], ear.port), "start")
    expect(code == 0, said)
    expect(swarm.wait(timeout=60) == 0, stage.errors(swarm))
    report = json.loads(stage.output(swarm))
    expect(report["joined"] == PLAYERS and report["lost"] == 0, f"{report}")
    expect(report["hits"]["sent"] > 20 and report["hits"]["lost"] == 0, f"{report}")
    expect(stage.end(server) == 0, "no end in order")
    ear.close()
    expect(len(ear.seen) > 500, f"{len(ear.seen)} datagrams")
    expect(any(b"ODhi" in data for data in ear.seen), "what is in clear is not found either")
    secrets = secrets_of(stage)
    for form in set().union(*map(forms_of, secrets)):
        found = sum(form in data for data in ear.seen)
        expect(found == 0, f"{found} datagrams show {form!r}")
    print(f"seen: {len(ear.seen)} datagrams, none of {len(secrets)} secrets in clear")


def check_wrong_fingerprint(stage):
    server = stage.serve(tag="pinned")
    link = stage.ready["facilitator_link"]
    letter = "0" if link[-1] != "0" else "1"
    code, said = run(stage, "onedrum-ctl", "--link", link[:-1] + letter, "status")
    expect(code == 1 and KEY_SENTENCE in said, f"{code}: {said}")
    expect(stage.ready["fingerprint"] in said, f"the key that was shown is not named: {said}")
    code, said = run(stage, "onedrum-ctl", "--link", link, "status")
    expect(code == 0, said)
    expect("event=join" in stage.errors(server), "nobody joined")
    expect(stage.errors(server).count("event=join") == 1, "a refused server was told something")
    expect(stage.end(server) == 0, "no end in order")


def check_changed_key(stage):
    """Remembered on first use; another server there is refused until its line goes."""
    known = stage.folder / "home" / "known_hosts"
    server = stage.serve(tag="met")
    first = dict(stage.ready)
    link = without_fingerprint(first["facilitator_link"])
    options = ["--link", link, "--known-hosts", known, "status"]
    for _ in range(2):
        code, said = run(stage, "onedrum-ctl", *options)
        expect(code == 0, said)
    expect(known.read_text() == f"127.0.0.1 {first['port']} {first['fingerprint']}\n",
           known.read_text())
    expect(oct(known.stat().st_mode & 0o777) == "0o600", "the file is open to others")
    expect(stage.end(server) == 0, "no end in order")
    os.unlink(stage.folder / "data" / "server.key")
    server = stage.serve(tag="changed")
    expect(stage.ready["port"] == first["port"], "another port")
    expect(stage.ready["fingerprint"] != first["fingerprint"], "the same key")
    code, said = run(stage, "onedrum-ctl", *options)
    expect(code == 1 and KEY_SENTENCE in said, f"{code}: {said}")
    code, said = run(stage, "onedrum", "--headless", "--seconds", 4, "--join", link,
                     "--known-hosts", known, "--audio", "null", "--config",
                     stage.folder / "settings.ini", "--data", stage.folder / "player")
    expect(code == 1, f"the client joined another server: {said}")
    known.unlink()
    code, said = run(stage, "onedrum-ctl", *options)
    expect(code == 0, said)
    expect(stage.end(server) == 0, "no end in order")


def check_default_place(stage):
    server = stage.serve(tag="default")
    home = stage.folder / "xdg"
    code, said = run(stage, "onedrum-ctl", "--link",
                     without_fingerprint(stage.ready["facilitator_link"]), "status",
                     env={"XDG_DATA_HOME": str(home)})
    expect(code == 0, said)
    expect(stage.ready["fingerprint"] in (home / "onedrum" / "known_hosts").read_text(), "not kept")
    expect(stage.end(server) == 0, "no end in order")


def check_other_version(stage):
    """A server that answers hellos with another version: the client says so at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def answer():
            hello, address = server.recvfrom(4096)
            expect(len(hello) == 512 and hello[:4] == b"ODhi", "no hello")
            server.sendto(b"ODck" + struct.pack("<H", 77) + hello[6:14] + bytes(16), address)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        code, said = run(stage, "onedrum-ctl", "--link",
                         f"onedrum://127.0.0.1:{server.getsockname()[1]}/K7PM4TWX", "status")
        thread.join()
    expect(code == 1 and VERSION_SENTENCE in said, f"{code}: {said}")


def check_small_answers(stage):
    """What anybody can make the server send is less than what they sent, and most gets nothing."""
    server = stage.serve(tag="quiet")
    address = ("127.0.0.1", stage.ready["port"])
    hello = b"ODhi" + struct.pack("<H", 2) + b"12345678" + bytes(498)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(1)
        stranger.sendto(hello, address)
        answer = stranger.recv(4096)
        expect(len(answer) <= 64 and answer[6:14] == b"12345678", f"{len(answer)}: {answer!r}")
        stranger.settimeout(0.3)
        for data in [hello[:-1], hello + b"\0", hello[:100], b"\x8f\xff" + bytes(54),
                     b"ODC1" * 12]:
            stranger.sendto(data, address)
            try:
                raise AssertionError(f"{data[:8]!r} is answered with {stranger.recv(4096)!r}")
            except socket.timeout:
                pass
    expect(stage.end(server) == 0, "no end in order")


def main():
    stage = Stage()
    try:
        for check in [check_nothing_is_seen, check_wrong_fingerprint, check_changed_key,
                      check_default_place, check_other_version, check_small_answers]:
            shutil.rmtree(stage.folder / "data", ignore_errors=True)
            check(stage)
    except AssertionError as error:
        stage.fail(str(error))
    stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
