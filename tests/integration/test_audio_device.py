#!/usr/bin/env python3
"""Sound devices as they come: one that plays, one that is pulled out, none at all.

SDL's dummy and disk drivers stand in for hardware. They keep time badly (they sleep in whole
milliseconds), so what is checked is that everything planned is played, once, and intact.

ctest: timeout=60
"""

import array
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "tests" / "play_device"
problems = []


def play(driver, *arguments, **environment):
    run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30,
                         env=dict(os.environ, SDL_AUDIODRIVER=driver, **environment), check=False)
    expect(run.returncode == 0, f"{driver}: exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout), run.stderr


def expect(condition, what):
    if not condition:
        problems.append(what)


def plays_all(told):
    """A click that would come late, or right after the device has stumbled, is left out and said
    to be late; these drivers stumble."""
    due = told["clicks"] + told["strikes"]
    return (told["dropped"] == 0 and told["late"] <= 3 and
            due - told["late"] <= told["played"] <= due)


def split(samples):
    """The first 20 ms of each sound; between two there is silence."""
    sounds = []
    frame = 0
    while frame < len(samples) - 960:
        if samples[frame] == 0.0:
            frame += 1
            continue
        sounds.append(samples[frame:frame + 960])
        frame += 2400
    return sounds


def main():
    told, log = play("dummy", "3")
    print("dummy:", told)
    expect(told["condition"] != "no device" and plays_all(told), f"dummy: {told}")
    expect(told["rate_hz"] == 48000 and told["block_frames"] == 256, f"dummy: {told}")
    expect(told["blocks"] > 300, f"dummy: {told['blocks']} blocks in three seconds")

    told, log = play("dummy", "3", "unplug")
    print("unplugged:", told)
    # What falls into the moment without a device is late, and said to be.
    missed = told["late"]
    expect(told["condition"] != "no device" and missed <= 2 and told["dropped"] == 0 and
           told["played"] + missed == told["clicks"] + told["strikes"], f"unplugged: {told}")
    expect(log.count("is gone") == 1 and log.count("event=open") == 2, f"unplugged: {log}")

    told, log = play("no-such-driver", "7")
    print("none:", told)
    expect(told["condition"] == "no device" and plays_all(told), f"none: {told}")
    expect(log.count("no sound device found") == 1, f"none: it is said once, not: {log}")

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sound.raw"
        told, log = play("disk", "3", SDL_DISKAUDIOFILE=str(path))
        print("disk:", told)
        expect(plays_all(told), f"disk: {told}")
        samples = array.array("f", path.read_bytes())
        left, right = samples[0::2], samples[1::2]
        expect(left == right, "disk: the two channels differ")
        expect(max(map(abs, samples)) < 0.96, "disk: clipped")
        sounds = split(left)
        # The driver writes what it has when it is closed: the last sound may be cut off.
        expect(told["played"] - 1 <= len(sounds) <= told["played"],
               f"disk: {len(sounds)} sounds of {told['played']}")
        for number, sound in enumerate(sounds):
            gain = 1.0 if max(sound) > 0.75 * max(sounds[0]) else 0.5
            off = max(abs(one - gain * other) for one, other in zip(sound, sounds[0]))
            expect(off < 1e-6, f"disk: sound {number} differs from the click by {off}")

    print("\n".join(problems) or "devices come and go, the music stays")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
