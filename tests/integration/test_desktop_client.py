# ctest: waits timeout=200
"""The desktop client without a display: it takes part, says how it went, and refuses in words."""

import os
import pathlib
import signal
import struct
import subprocess
import time

from stage import Stage

NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def run(stage, *arguments, unset=()):
    """Runs the client to its end with files of its own; returns exit code, stdout, stderr."""
    env = {key: value for key, value in os.environ.items() if key not in unset}
    done = subprocess.run(
        [str(stage.path("onedrum")), *map(str, arguments), "--config",
         str(stage.folder / "settings.ini"), "--data", str(stage.folder / "history")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, check=False, env=env)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def expect(holds, what):
    if not holds:
        raise AssertionError(what)


def png_size(path):
    head = pathlib.Path(path).read_bytes()[:24]
    expect(head[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG")
    return struct.unpack(">II", head[16:24])


def wrong_usage(stage):
    unset = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    code, out, errors = run(stage, unset=unset)
    expect(code == 1 and out == "" and "--headless" in errors, f"no display: {code} {errors}")
    code, out, errors = run(stage, "--size", "huge", unset=unset)
    expect(code == 2 and out == "" and "WIDTHxHEIGHT" in errors, f"size: {code} {errors}")
    code, out, _ = run(stage, "--help")
    expect(code == 0 and "--autoplay" in out, "help")
    code, out, _ = run(stage, "--version")
    expect(code == 0 and out.startswith("onedrum "), f"version: {out}")


def refusals(stage):
    link = stage.ready["link"]
    code, out, errors = run(stage, "--headless", "--seconds", "8", "--name", "Nobody", "--join",
                            link.rsplit("/", 1)[0] + "/K7PM4TWX")
    expect(code == 1 and out == "" and "No session has this code" in errors,
           f"wrong code: {code} {errors}")
    code, _, errors = run(stage, "--headless", "--seconds", "2", "--join",
                          "onedrum://127.0.0.1:9/K7PM4TWX")
    expect(code == 1 and "did not answer" in errors, f"nobody there: {code} {errors}")


def practice(stage):
    picture = stage.folder / "practice.png"
    code, out, errors = run(stage, "--practice", "--headless", "--autoplay", "--seconds", "8",
                            "--size", "800x600", "--screenshot", picture)
    expect(code == 0 and out.startswith("Practice: ") and "notes" in out, f"{code} {out} {errors}")
    expect(png_size(picture) == (800, 600), "the picture's size")
    code, _, errors = run(stage, "--screens", stage.folder / "screens", "--size", "480x320",
                          "--text-scale", "1.0")
    names = sorted(path.stem for path in (stage.folder / "screens").glob("*.png"))
    expect(code == 0 and len(names) == 13, f"screens: {code} {names} {errors}")


def start_client(stage, seconds, *arguments):
    return stage.start(
        "onedrum", "--join", stage.ready["link"], "--name", "You", "--team", "Maple", "--headless",
        "--seconds", seconds, "--autoplay", "--config", stage.folder / "you.ini", "--data",
        stage.folder / "you", *arguments, env=NO_DISPLAY)


def you(stage):
    rows = [row for row in stage.export()["participants"] if row["name"] == "You"]
    expect(len(rows) == 1, f"there should be one You: {rows}")
    return rows[0]


def a_session(stage):
    """The client plays through a server that is killed and comes back; no hit is lost to it but
    those of the last second before, which the server may not have stored."""
    picture = stage.folder / "play.png"
    client = start_client(stage, 26, "--screenshot", picture)
    stage.wait_for(lambda: stage.status()["joined"] == 1, 20, "the client in the session", client)
    stage.ctl("start", "--count-in", "1")
    time.sleep(9)
    stage.end(stage.server, signal.SIGKILL)
    time.sleep(2)
    stage.server = stage.serve(tag="server-again")
    expect(client.wait(timeout=60) == 0, stage.errors(client))
    out = stage.output(client)
    expect("together" in out and "1 of 1 playing" in out, out)
    expect(png_size(picture) == (1280, 720), "the picture's size")
    stage.ctl("stop")
    time.sleep(5)
    row = you(stage)
    hits = row["perfect"] + row["good"] + row["ok"] + row["extra"]
    print({key: row[key] for key in ("perfect", "good", "ok", "miss", "extra", "bias_ms")})
    expect(row["team"] == "Maple", row)
    expect(hits >= 20 and row["miss"] <= 5, f"hits were lost: {row}")


def a_fall(stage):
    """The client is killed in mid-song, and its person comes back to the seat and the score. It is
    the client of the session before, too, which has left."""
    before = you(stage)
    client = start_client(stage, 60)
    stage.wait_for(lambda: stage.status()["joined"] == 1, 20, "the client in the session", client)
    stage.ctl("start", "--count-in", "1")
    stage.wait_for(lambda: 8 <= you(stage)["notes"] < 20, 20, "notes of a new take", client)
    stage.end(client, signal.SIGKILL)
    fallen = you(stage)
    client = start_client(stage, 60)
    stage.wait_for(lambda: you(stage)["notes"] >= fallen["notes"] + 5 and
                   stage.status()["joined"] == 1, 20, "the client again", client)
    after = you(stage)
    print(f"{fallen['notes']} notes at the fall, {after['notes']} afterwards")
    expect(before["seat"] == fallen["seat"] == after["seat"], f"another seat: {after}")
    expect(after["perfect"] + after["good"] >= fallen["perfect"] + fallen["good"], f"{after}")
    stage.end(client)
    stage.ctl("stop")


def main():
    stage = Stage()
    wrong_usage(stage)
    practice(stage)
    stage.server = stage.serve("--groove", "pulse", "--tempo", "100")
    refusals(stage)
    a_session(stage)
    a_fall(stage)


main()
