# ctest: timeout=200
"""Somebody calibrates with real key presses: the wizard finds how late their fingers are, refuses
uneven ones, keeps the offset for the sound device, and the server learns of it."""

import configparser
import ctypes
import ctypes.util
import random
import subprocess
import sys
import time

from stage import SKIP, TooSlow, measured

LATE_MS = 170  # of finger and device together: more than a quarter of a second would be no riddle
SPREAD_MS = 6
UNEVEN_MS = 130
TOLERANCE_MS = 8
SILENCE_S = 2  # no click for so long: the round is over
ROUND_S = 75


class Finger:
    """Presses keys of an X display; times are of CLOCK_MONOTONIC, as the client's are."""

    def __init__(self, display):
        self.x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
        self.xtst = ctypes.CDLL(ctypes.util.find_library("Xtst"))
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XStringToKeysym.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(display.encode()))
        if not self.display:
            raise AssertionError(f"no display {display}")

    def press(self, name, at_ns=0):
        keysym = ctypes.c_ulong(self.x11.XStringToKeysym(name.encode()))
        code = self.x11.XKeysymToKeycode(self.display, keysym)
        pause_s = (at_ns - time.monotonic_ns()) / 1e9
        if pause_s > 0:
            time.sleep(pause_s)
        late_ms = (time.monotonic_ns() - at_ns) / 1e6 if at_ns else 0.0
        self.xtst.XTestFakeKeyEvent(self.display, code, 1, ctypes.c_ulong(0))
        self.x11.XFlush(self.display)
        time.sleep(0.03)
        self.xtst.XTestFakeKeyEvent(self.display, code, 0, ctypes.c_ulong(0))
        self.x11.XFlush(self.display)
        return late_ms


class Clicks:
    """The clicks that the client writes down while they are still to come."""

    def __init__(self, path):
        self.path = path
        self.read_count = 0

    def new(self):
        lines = self.path.read_text().splitlines()[1:] if self.path.exists() else []
        clicks = [int(line.split(",")[0]) for line in lines if line.endswith(",click")]
        fresh = clicks[self.read_count :]
        self.read_count = len(clicks)
        return fresh


def tap_along(finger, clicks, draw_ms):
    """Taps each click, `draw_ms()` late, until no more come; answers how late presses left."""
    end = time.monotonic() + ROUND_S
    last = None
    worst_ms = 0.0
    while time.monotonic() < end:
        for click in clicks.new():
            worst_ms = max(worst_ms, finger.press("space", click + int(draw_ms() * 1e6)))
            last = time.monotonic()
        if last is not None and time.monotonic() - last > SILENCE_S:
            return worst_ms
        time.sleep(0.005)
    raise TooSlow(f"the round did not end within {ROUND_S} s")


def offsets_of(path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return dict(parser["timing"]) if parser.has_section("timing") else {}


def person(stage):
    rows = [row for row in stage.export()["participants"] if row["name"] == "Cleo"]
    return rows[0] if rows else {}


def main(stage):
    draw = random.Random(4)
    display = stage.display("800x600")
    settings = stage.folder / "settings.ini"
    report = stage.folder / "report.csv"
    stage.serve("--groove", "pulse", "--seats", "4")
    client = stage.start(
        "onedrum", "--join", stage.ready["link"], "--name", "Cleo", "--size", "800x600",
        "--config", settings, "--data", stage.folder / "data", "--report-input", report,
        env={"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"})
    stage.wait_for(lambda: stage.status()["joined"] == 1, 30, "the client in the lobby", client)
    if person(stage)["calibration_ms"] != 0:
        raise AssertionError("calibrated before anything was measured")
    time.sleep(1)  # the lobby is drawn

    finger, clicks = Finger(display), Clicks(report)
    finger.press("c")
    tap_along(finger, clicks, lambda: 200 + draw.uniform(-UNEVEN_MS, UNEVEN_MS))
    finger.press("Escape")  # refused: there is nothing to use
    time.sleep(1)
    if offsets_of(settings).get("timing_offset_is_set") == "yes":
        raise AssertionError(f"uneven taps were taken: {settings.read_text()}")

    finger.press("c")
    worst_ms = tap_along(finger, clicks, lambda: draw.gauss(LATE_MS, SPREAD_MS))
    finger.press("Return")  # Use this
    stage.wait_for(lambda: offsets_of(settings).get("timing_offset_is_set") == "yes", 5,
                   "the offset in the settings", client)
    found = offsets_of(settings)
    stage.wait_for(lambda: person(stage)["calibration_ms"] != 0, 5, "it at the server", client)
    told_ms = person(stage)["calibration_ms"]
    print(f"{found}, server: {told_ms} ms, the latest press left {worst_ms:.1f} ms late")
    if found["sound_device"] == "" or int(found["block_frames"]) <= 0:
        raise AssertionError(f"the offset is of no device: {found}")
    if int(found["timing_offset_ms"]) != round(told_ms):
        raise AssertionError(f"the server was told {told_ms} ms")
    if abs(int(found["timing_offset_ms"]) - LATE_MS) > TOLERANCE_MS:
        raise TooSlow(f"found {found['timing_offset_ms']} ms instead of {LATE_MS}")
    stage.end(client)


if subprocess.run(["sh", "-c", "command -v Xvfb"], stdout=subprocess.DEVNULL,
                  check=False).returncode != 0 or ctypes.util.find_library("Xtst") is None:
    print("Xvfb or Xtst is not installed: skipped")
    sys.exit(SKIP)
measured(main)
