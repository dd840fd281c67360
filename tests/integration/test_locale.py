#!/usr/bin/env python3
"""A locale that writes 0,5 for 0.5 changes nothing: not what is read, not what is written.

The locale de_DE.UTF-8 is made on the spot, in a folder of its own, as any user (localedef;
its source comes with Debian's package locales, which `./dev deps` installs); where that is not
possible, this is skipped. Each program is run with it and without, and says the same byte for
byte. No program may set a locale itself, and what reads numbers is tested once more as if a library
had set it (preload/shift_clock.c).

ctest: parallel timeout=120
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from stage import BIN, SKIP, SOURCE, Stage

PROGRAMS = ("onedrum", "onedrum-server", "onedrum-swarm", "onedrum-ctl", "onedrum-score",
            "onedrum-clockreplay")
# Unit tests of everything that reads or writes a number as text.
READERS = ("test_app_settings", "test_settings_file", "test_options", "test_groove_text",
           "test_groove_library", "test_csv_text", "test_taps_csv", "test_score",
           "test_server_options", "test_history", "test_trace_file", "test_trace_csv")


def make_locale(stage):
    """The environment in which the locale is in force, or None."""
    if shutil.which("localedef") is None:
        return None
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", stage.folder / "de_DE.UTF-8"],
                   capture_output=True, check=False)
    env = {**os.environ, "LOCPATH": str(stage.folder), "LC_ALL": "de_DE.UTF-8"}
    told = subprocess.run(["locale", "-k", "decimal_point"], env=env, capture_output=True,
                          text=True, check=False)
    return env if 'decimal_point=","' in told.stdout else None


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def run(env, program, *arguments, text=None):
    done = subprocess.run([str(BIN / program), *map(str, arguments)], env=env, input=text,
                          capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"{program} {arguments}: {done.returncode} {done.stderr}")
    return done.stdout


def check_same(what, plain, german):
    expect(plain == german, f"{what} differs:\n{plain[:600]}\n--- in de_DE:\n{german[:600]}")


def check_score(env):
    taps = "player,time_ms\n" + "".join(f"Ada,{500.25 * beat + 12.5}\n" for beat in range(40))
    for form in ((), ("--json",)):
        both = [run(each, "onedrum-score", "--taps", "-", "--bpm", "119.94", *form, text=taps)
                for each in (os.environ, env)]
        check_same("onedrum-score", *both)
        expect("0." in both[0], "there are no decimals to speak of")


def check_settings(stage, env):
    written = []
    for name, each in (("plain", os.environ), ("german", env)):
        path = stage.folder / f"{name}.ini"
        path.write_text("[timing]\ntiming_offset_ms = -12\ntiming_offset_is_set = yes\n"
                        "[accessibility]\ntext_size_percent = 125\n")
        picture = stage.folder / f"{name}.png"
        run({**each, "DISPLAY": ""}, "onedrum", "--headless", "--screen", "settings", "--seconds",
            "0.5", "--text-scale", "1.25", "--config", path, "--data", stage.folder / name,
            "--screenshot", picture)
        written.append(picture.read_bytes())
    check_same("the settings screen", *[str(hash(picture)) for picture in written])


def check_session(stage, env):
    """Server, swarm and control program in the locale; what they write is read as by a machine."""
    groove = stage.folder / "grooves/odd.groove"
    groove.parent.mkdir()
    text = (SOURCE / "assets/grooves/backbeat.groove").read_text(encoding="utf-8")
    groove.write_text(re.sub(r"(?m)^tempo:.*$", "tempo: 112.5", text), encoding="utf-8")
    keys = {"LOCPATH": env["LOCPATH"], "LC_ALL": env["LC_ALL"]}
    os.environ.update(keys)
    try:
        server = stage.serve("--grooves", groove.parent, "--groove", "odd")
        swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", 3,
                            "--seconds", "8.5", "--json", "--trace", stage.folder / "pings.csv")
        stage.wait_for(lambda: stage.status()["joined"] == 3, 20, "three people", swarm)
        expect(stage.status()["tempo_bpm"] == 112.5, f"the groove's tempo: {stage.status()}")
        stage.ctl("start", "--count-in", "0")
        expect(swarm.wait(timeout=40) == 0, stage.errors(swarm))
        result = json.loads(stage.output(swarm))
        exported = stage.ctl("export", "--format", "csv", "--out", "-")
        table = stage.ctl("export", "--format", "json", "--out", "-")
    finally:
        for key in keys:
            del os.environ[key]
    expect(result["joined"] == 3, result)
    expect(json.loads(table)["participants"], "nobody was exported")
    rows = exported.splitlines()
    expect(len({line.count(",") for line in rows if line}) <= 2 and "." in rows[1],
           f"the export's columns: {rows[:3]}")
    recorded = stage.folder / "pings.1.csv"
    check_same("onedrum-clockreplay", *[run(each, "onedrum-clockreplay", recorded)
                                        for each in (os.environ, env)])
    pings = recorded.read_text().splitlines()
    expect(all(line.count(",") == 3 for line in pings) and len(pings) > 20, pings[:3])
    expect(stage.end(server) == 0, stage.errors(server))


def check_readers(stage, env):
    library = BIN / "tests/libshift_clock.so"
    forced = {**env, "LD_PRELOAD": str(library), "ONEDRUM_TEST_LOCALE": "1",
              "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    for name in READERS:
        done = subprocess.run([BIN / "tests" / name], env=forced, cwd=SOURCE, capture_output=True,
                              text=True, timeout=60, check=False)
        expect(done.returncode == 0, f"{name} in de_DE: {done.stdout}{done.stderr}"[-1500:])


def check_nobody_sets_it():
    for name in PROGRAMS:
        told = subprocess.run(["nm", "-D", "--undefined-only", BIN / name], capture_output=True,
                              text=True, check=False)
        ours = subprocess.run(["nm", "--undefined-only", BIN / name], capture_output=True,
                              text=True, check=False)
        expect("setlocale" not in told.stdout + ours.stdout or "__asan" in ours.stdout,
               f"{name} sets a locale")


def main():
    stage = Stage()
    env = make_locale(stage)
    if env is None:
        print("no locale de_DE.UTF-8 can be made here: install the package locales")
        return SKIP
    check_nobody_sets_it()
    check_score(env)
    check_settings(stage, env)
    check_session(stage, env)
    check_readers(stage, env)
    stage.close()
    print("a decimal comma changes nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
