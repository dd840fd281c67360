#!/usr/bin/env python3
# ctest: timeout=200
"""Each known attack on ENet and on us, against the real server on loopback: nobody gets a slot,
more bytes than they sent, memory or time for nothing; nobody is kicked; no hit is lost or doubled.

Memory is the peak of the resident set during an attack over what it was before, and the peak of
what the allocator had handed out: a server touches some of its heap at its start, and takes from
there without growing. Passes are the
server's own histogram of wall time, so its loop gets a real-time priority where that is allowed,
and a pass that is too long gets the whole test one second attempt. So does any other fault of a
server that, by the system's own account, had to wait for a processor: what is dropped then is
dropped before the server sees it.
"""

import contextlib
import json
import os
import subprocess
import threading
import time

from stage import TooSlow, measured
from test_metrics import page, values

GROWTH_BYTES_MAX = 1 << 20
HEAP_EVERY_S = 0.1
PASS_S_MAX = 0.010
SOURCES = 200
HELLOS_PER_S = 20000
CONNECTS_PER_S = 40000
KNOCKS_PER_S = 3000
BOMBS_PER_S = 8000
GARBAGE_PER_S = 20000
DISCONNECTS = 1 << 20  # that must arrive
DISCONNECTS_SENT = DISCONNECTS * 5 // 4
DISCONNECTS_PER_S = 150000
PLAYERS_BESIDE_GARBAGE = 100
STARVED_SHARE = 0.05  # of the time, that a server waited for a processor
# What the firewall must have seen of a member, by cause.
BOMB_CAUSES = ("bad_command", "bad_count", "bad_data", "rate")


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_arrival(condition, what):
    """What the kernel drops because the machine is busy proves nothing, and is no fault of ours."""
    if not condition:
        raise TooSlow(what)


def dropped(cause):
    return f'onedrum_dropped_datagrams_total{{cause="{cause}"}}'


def total_dropped(change):
    return sum(value for name, value in change.items()
               if name.startswith("onedrum_dropped_datagrams_total"))


def niced(stage, name, *arguments, **more):
    """A program that stands back behind the server."""
    process = stage.start(name, *arguments, **more)
    os.setpriority(os.PRIO_PROCESS, process.pid, 5)
    return process


def result(stage, process, seconds=60):
    expect(process.wait(timeout=seconds) == 0, f"{process.tag}: {stage.errors(process)}")
    return json.loads(stage.output(process).strip().split("\n")[-1])


def keep_from_waiting(process):
    """Gives the loop of a program a real-time priority, so that the length of its turns is its own
    and not that of what else the machine does; without the right to, it stays as it is."""
    try:
        os.sched_setscheduler(process.pid, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("no right to a real-time priority: programs may have to wait for others")


class Waiting:
    """How much of the time from now on a process is ready to run and gets no processor."""

    def __init__(self, process):
        self.path = f"/proc/{process.pid}/schedstat"
        self.begun = time.monotonic()
        self.before_ns = self.waited_ns()
        self.share = 0.0

    def waited_ns(self):
        with open(self.path, encoding="ascii") as file:
            return int(file.read().split()[1])

    def look(self):
        """Brings `share` up to now; once the process has ended it stays."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            waited_ns = self.waited_ns() - self.before_ns
            self.share = waited_ns / 1e9 / (time.monotonic() - self.begun)

    @contextlib.contextmanager
    def excuses(self):
        """A fault while the process was starved says nothing of the process."""
        try:
            yield
        except TooSlow:
            raise
        except AssertionError as fault:
            self.look()
            if self.share > STARVED_SHARE:
                raise TooSlow(f"the server waited for a processor {self.share:.0%} of the time; "
                              f"{fault}") from fault
            raise


class HeapPeak(threading.Thread):
    """The most that the allocator had handed out, as the server's metrics tell again and again."""

    def __init__(self, metrics, heap_bytes):
        super().__init__(daemon=True)
        self.metrics = metrics
        self.bytes = heap_bytes
        self.looks = 0
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(HEAP_EVERY_S):
            with contextlib.suppress(OSError):  # a busy server answers another time
                self.bytes = max(self.bytes, self.metrics()["onedrum_heap_bytes"])
                self.looks += 1

    def end(self):
        self.over.set()
        self.join()
        return self.bytes


class Watch:
    """What happens to a server from now on, until its change is asked for."""

    def __init__(self, stage, server):
        self.stage = stage
        self.pid = server.pid
        # The sanitizer keeps what was freed, so that its builds take more and more.
        sanitized = b"__asan_init" in stage.path("onedrum-server").read_bytes()
        self.growth_max = float("inf") if sanitized else GROWTH_BYTES_MAX
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the peak is now
        self.resident, self.of_files = self.bytes_of("VmRSS"), self.bytes_of("RssFile")
        self.before = self.metrics()
        self.heap = self.before["onedrum_heap_bytes"]
        expect(sanitized or self.heap > 1e6, f"only {self.heap} bytes are said to be in use")
        self.heap_peak = HeapPeak(self.metrics, self.heap)

    def bytes_of(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))

    def metrics(self):
        return values(page(self.stage.ready["metrics_port"]))

    def growth(self):
        """Of the peak; without the program's own text, which the system takes and brings back."""
        of_files = max(0, self.bytes_of("RssFile") - self.of_files)
        return max(0, self.bytes_of("VmHWM") - self.resident - of_files)

    def heap_growth(self):
        return self.heap_peak.end() - self.heap

    def change(self):
        now = self.metrics()
        self.heap_peak.end()
        self.heap_peak.bytes = max(self.heap_peak.bytes, now["onedrum_heap_bytes"])
        return {name: value - self.before[name] for name, value in now.items()}

    def slow_passes(self, change):
        """How many passes took longer than the last class that lies below the limit."""
        name = 'onedrum_pass_seconds_bucket{le="%s"}'
        limits = [key.split('"')[1] for key in change if key.startswith(name.split("{")[0])]
        last = max((limit for limit in limits if float(limit) <= PASS_S_MAX), key=float)
        return change["onedrum_pass_seconds_count"] - change[name % last]

    def expect_unmoved(self, what, control=0):
        """No memory, no long pass; returns what was counted."""
        change, growth, heap = self.change(), self.growth(), self.heap_growth()
        slow = self.slow_passes(change)
        print(f"{what}: {change['onedrum_received_datagrams_total']:.0f} datagrams reached the "
              f"server, memory +{growth / 1024:.0f} KiB, handed out +{heap / 1024:.0f} KiB "
              f"({self.heap_peak.looks} looks), {slow:.0f} of "
              f"{change['onedrum_pass_seconds_count']:.0f} passes over {PASS_S_MAX * 1000:.0f} ms "
              f"({control:.0f} without any attack)", flush=True)
        expect(growth < self.growth_max, f"{what}: memory grew by {growth} bytes")
        expect(heap < self.growth_max, f"{what}: {heap:.0f} bytes more were handed out")
        expect(change["onedrum_service_errors_total"] == 0, f"{what}: service errors")
        if slow > 0:
            raise TooSlow(f"{what}: {slow:.0f} passes over {PASS_S_MAX * 1000:.0f} ms")
        return change


def control_passes(stage, server, seconds):
    """Long passes of a server that nobody attacks, on this machine now."""
    watch = Watch(stage, server)
    time.sleep(seconds)
    return watch.slow_passes(watch.change())


def visit(stage, name):
    """Somebody joins and stays for two seconds; returns how long joining took."""
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", 1,
                        "--seconds", 2, "--prefix", name, "--teams", 0, "--json")
    said = result(stage, swarm)
    expect(said["joined"] == 1 and said["lost"] == 0, f"{name}: nobody can join: {said}")
    return said["join_ms"]["max"]


def flood(stage, server, kind, rate, control):
    """A flood by strangers; meanwhile somebody joins."""
    watch = Watch(stage, server)
    strangers = niced(stage, "tests/attack_flood", stage.ready["port"], kind, SOURCES, rate, 2)
    time.sleep(0.5)  # longer than any burst is admitted
    join_ms = visit(stage, f"During {kind}")
    said = result(stage, strangers)
    change = watch.expect_unmoved(f"{kind} flood", control)
    print(f"  {said}, joining took {join_ms:.0f} ms")
    expect(said["received_bytes"] <= said["sent_bytes"],
           f"{kind}: more bytes out than in: {said}")
    expect_arrival(change["onedrum_received_datagrams_total"] > said["sent"] / 2,
                   f"{kind}: the flood hardly arrived")
    return said, change


def check_floods(stage, server, control):
    said, _ = flood(stage, server, "hello", HELLOS_PER_S, control)
    expect(said["received"] > 1000, "hellos are hardly answered: the flood proves nothing")
    said, change = flood(stage, server, "connect", CONNECTS_PER_S, control)
    expect(said["received"] == 0, "a connect without a cookie was answered")
    expect(change[dropped("connect")] > said["sent"] / 2, "connects were dropped as something else")


def attacker(stage, who, rate, seconds):
    process = niced(stage, "tests/attack_peer", stage.ready["link"], who, rate, seconds,
                    stdin=subprocess.PIPE, tag=who)
    stage.wait_for(lambda: stage.output(process).startswith("ready"), 10, f"{who} ready", process)
    return process


def go(process):
    process.stdin.write(b"go\n")
    process.stdin.flush()


def check_knocking(stage, server, who, control):
    """Proven addresses that open connections without end, and never shake hands."""
    process = attacker(stage, who, KNOCKS_PER_S, 2)
    watch = Watch(stage, server)
    go(process)
    time.sleep(0.7)  # as many as there are slots
    join_ms = visit(stage, f"During {who}")
    said = result(stage, process)
    change = watch.expect_unmoved(f"knocking of a {who}", control)
    print(f"  {said}, joining took {join_ms:.0f} ms")
    expect(said["received_bytes"] <= said["sent_bytes"], f"more bytes out than in: {said}")
    expect(change["onedrum_handshakes_failed_total"] > 500, f"no handshake of the {who} was ended")
    expect(change["onedrum_handshakes_total"] <= 1, "who never shook hands is connected")


def check_bombs(stage, server, who, control):
    process = attacker(stage, who, BOMBS_PER_S, 2)
    watch = Watch(stage, server)
    expect(watch.before["onedrum_joined"] == 1, f"the {who} has not joined")
    go(process)
    stage.wait_for(lambda: "sent" in stage.output(process), 30, f"bombs of a {who}", process)
    change = watch.expect_unmoved(f"bombs of a {who}", control)
    expect(change["onedrum_joined"] == 0, f"the {who} was not there to the end")
    process.stdin.close()
    said = result(stage, process)
    print(f"  {said}, dropped {total_dropped(change):.0f}")
    expect(said["unsent"] < said["sent"] / 10, f"the {who} could not send: {said}")
    # What is too long never gets past the kernel: one attack in ten.
    expect_arrival(change["onedrum_received_datagrams_total"] > said["sent"] / 2,
                   "hardly any bomb arrived")
    expect(said["received_bytes"] <= said["sent_bytes"], f"more bytes out than in: {said}")
    stage.wait_for(lambda: watch.metrics()["onedrum_joined"] == 0, 5, f"end of the {who}", server)
    return change


def check_all_bombs(stage, server, control):
    change = check_bombs(stage, server, "member", control)
    for cause in BOMB_CAUSES:
        expect(change[dropped(cause)] > 0, f"nothing was dropped as {cause}")
    expect(change[dropped("system")] > 0, "no oversized datagram was cut off by the kernel")
    change = check_bombs(stage, server, "forger", control)
    expect(change[dropped("forged")] > change["onedrum_received_datagrams_total"] / 2,
           "forgeries were dropped as something else")
    change = check_bombs(stage, server, "stranger", control)
    expect(change[dropped("stranger")] > change["onedrum_received_datagrams_total"] / 2,
           "strangers' were dropped as something else")


def check_strangers_and_members(stage):
    server = stage.serve("--metrics", 0, data="attacked", tag="attacked")
    keep_from_waiting(server)
    with Waiting(server).excuses():
        visit(stage, "Before all")  # what the first guest ever costs is no attack's
        control = control_passes(stage, server, 1)
        check_floods(stage, server, control)
        check_knocking(stage, server, "knocker", control)
        check_knocking(stage, server, "crowd", control)
        check_all_bombs(stage, server, control)
    expect(stage.end(server) == 0, stage.errors(server))


class Proxied:
    """A server of its own, players who reach it through a thief, and what comes of it."""

    def __init__(self, stage, name, players, seconds, *how):
        self.stage = stage
        self.name = name
        self.players = players
        self.server = stage.serve("--metrics", 0, data=name, tag=f"{name}-server")
        keep_from_waiting(self.server)  # what is dropped for want of time proves nothing
        self.waiting = Waiting(self.server)
        self.ready = dict(stage.ready)
        self.proxy = stage.start("tests/attack_proxy", self.ready["port"], *how,
                                 stdin=subprocess.PIPE, tag=f"{name}-proxy")
        line = stage.wait_for(lambda: stage.output(self.proxy).split("\n")[0], 10, "a proxy",
                              self.proxy)
        keep_from_waiting(self.proxy)
        self.port = json.loads(line)["port"]
        self.swarm = stage.start("onedrum-swarm", "--join", self.link("link"), "--players",
                                 players, "--seconds", seconds, "--json", tag=f"{name}-swarm")
        stage.wait_for(lambda: self.metrics()["onedrum_joined"] == players, 15, "all players",
                       self.swarm)
        self.ctl("start", "--count-in", 0)

    def link(self, which):
        return self.ready[which].replace(f":{self.ready['port']}/", f":{self.port}/")

    def ctl(self, *arguments):
        """Through the thief, too, when it replays; it forges for the players alone."""
        link = self.ready["facilitator_link"]
        if self.name == "replays":
            link = self.link("facilitator_link")
        done = subprocess.run([str(self.stage.path("onedrum-ctl")), "--link", link,
                               *map(str, arguments)],
                              capture_output=True, timeout=60, check=False)
        expect(done.returncode == 0, f"onedrum-ctl {arguments}: {done.stderr.decode()}")
        return done.stdout.decode()

    def metrics(self):
        return values(page(self.ready["metrics_port"]))

    def end(self):
        """Nothing was lost, doubled or kicked; returns the proxy's figures and the metrics."""
        with self.waiting.excuses():
            return self.ended()

    def ended(self):
        said = result(self.stage, self.swarm)
        found = self.metrics()
        rows = json.loads(self.ctl("export", "--format", "json", "--out", "-"))["participants"]
        self.stage.end(self.proxy)
        told = result(self.stage, self.proxy)
        self.waiting.look()
        expect(self.stage.end(self.server) == 0, self.stage.errors(self.server))
        hits = said["hits"]
        fates = {name.split('"')[1]: value for name, value in found.items()
                 if name.startswith("onedrum_hits_total")}
        print(f"{self.name}: {told}, {hits}, {fates}", flush=True)
        expect(said["joined"] == self.players and said["lost"] == 0 and said["reconnects"] == 0,
               f"{self.name}: somebody was kicked: {said}")
        expect(hits["sent"] > 3 * self.players and hits["lost"] == 0,
               f"{self.name}: hits were lost: {hits}")
        expect(found["onedrum_hits_received_total"] == hits["sent"],
               f"{self.name}: {found['onedrum_hits_received_total']} hits counted, "
               f"{hits['sent']} played")
        judged = sum(row[kind] for row in rows
                     for kind in ("perfect", "good", "ok", "extra", "bounce"))
        expect(judged == fates["taken"], f"{self.name}: {judged} hits judged, {fates}")
        for row in rows:
            claimed = row["perfect"] + row["good"] + row["ok"]
            expect(claimed + row["miss"] == row["notes"], f"{self.name}: {row}")
        return told, found


def forge_disconnects(stage, proxied):
    before = proxied.metrics()
    go(proxied.proxy)
    stage.wait_for(lambda: "forged" in stage.output(proxied.proxy), 30, "all forgeries",
                   proxied.proxy)
    after = proxied.metrics()
    arrived = after[dropped("forged")] - before[dropped("forged")]
    print(f"disconnects: {arrived:.0f} of {DISCONNECTS_SENT} were looked at and dropped")
    return arrived


def check_thieves(stage):
    """Two sessions at once: disconnects are forged in one, everything is replayed in the other."""
    forged = Proxied(stage, "disconnects", 4, 13, "disconnect", DISCONNECTS_SENT,
                     DISCONNECTS_PER_S)
    replayed = Proxied(stage, "replays", 6, 10, "replay")
    arrived = forge_disconnects(stage, forged)
    try:
        told, _ = forged.end()
    except AssertionError as fault:
        # Where forgeries found no room in the socket of a server without time, hits did not either.
        expect_arrival(arrived == DISCONNECTS_SENT, f"{arrived:.0f} forgeries arrived; {fault}")
        raise
    expect(told["forged"] == DISCONNECTS_SENT, f"{told}")
    expect_arrival(arrived >= DISCONNECTS, f"only {arrived:.0f} forgeries arrived")
    told, found = replayed.end()
    expect(told["repeated"] > 2.5 * told["passed"], f"hardly anything was repeated: {told}")
    joins = found["onedrum_joins_total"]
    expect(joins == replayed.players + 1, f"{joins} joins of {replayed.players} and a facilitator")
    expect(found["onedrum_commands_total"] == 1, "one command was taken twice")


def check_garbage(stage):
    """A flood of garbage from many addresses beside a hundred who play."""
    server = stage.serve("--metrics", 0, "--seats", PLAYERS_BESIDE_GARBAGE, data="garbage",
                         tag="garbage")
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players",
                        PLAYERS_BESIDE_GARBAGE, "--seconds", 9, "--ramp-ms", 1000, "--json",
                        tag="hundred")
    stage.wait_for(lambda: values(page(stage.ready["metrics_port"]))["onedrum_joined"] ==
                   PLAYERS_BESIDE_GARBAGE, 15, "a hundred players", swarm)
    stage.ctl("start", "--count-in", 0)
    with Waiting(server).excuses():
        flood_beside(stage, server, swarm)
    expect(stage.end(server) == 0, stage.errors(server))


def flood_beside(stage, server, swarm):
    """What a flood of garbage costs those who play."""
    watch = Watch(stage, server)
    strangers = niced(stage, "tests/attack_flood", stage.ready["port"], "garbage", SOURCES,
                      GARBAGE_PER_S, 5)
    flooded = result(stage, strangers)
    change = watch.change()
    said = result(stage, swarm)
    arrived = change[dropped("stranger")]
    rate = flooded["sent"] / flooded["seconds"]
    print(f"garbage: {rate:.0f}/s, {arrived:.0f} of {flooded['sent']} looked at, the rest cut off "
          f"in the kernel; {said['hits']}, reconnects {said['reconnects']}, "
          f"{watch.slow_passes(change):.0f} slow passes", flush=True)
    expect(flooded["received"] == 0, f"garbage was answered: {flooded}")
    expect(said["joined"] == PLAYERS_BESIDE_GARBAGE and said["lost"] == 0, f"{said}")
    expect(said["hits"]["sent"] > 5 * PLAYERS_BESIDE_GARBAGE, f"hardly anybody played: {said}")
    expect(said["hits"]["lost"] == 0, f"hits were lost: {said['hits']}")
    expect_arrival(arrived > flooded["sent"] / 2, "the garbage hardly arrived")


def main(stage):
    begun = time.monotonic()
    check_strangers_and_members(stage)
    print(f"{time.monotonic() - begun:.1f} s", flush=True)
    check_thieves(stage)
    print(f"{time.monotonic() - begun:.1f} s", flush=True)
    check_garbage(stage)
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


measured(main)
