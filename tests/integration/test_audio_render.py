#!/usr/bin/env python3
"""The sound of a groove, judged from its WAV file alone.

render_audio plays a built-in groove; here its text is read again, independently, to say where each
onset belongs. The file must be silent before the first click, never clip, not be silent, have an
onset at every place and nowhere a sound too many.

ctest: parallel timeout=120
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from sound_file import load

SECONDS = 20
GROOVES = ["pulse", "backbeat", "samba", "son-clave"]
WINDOW_MS = 3  # of energy, compared before and after an onset
SEARCH_MS = 5
OFF_MS_MAX = 1.0


def read_groove(name):
    """The groove's beats per bar, steps per beat, and the steps of each part."""
    text = pathlib.Path(f"assets/grooves/{name}.groove").read_text(encoding="utf-8")
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]
    header = dict(line.split(":", 1) for line in lines if ":" in line)
    parts = [re.sub(r'^\S+\s*(".*?")?\s*', "", line) for line in lines if "|" in line]
    steps = [re.sub(r"[^xX.]", "", part) for part in parts]
    return int(header["metre"].split("/")[0]), int(header["steps"]), steps


def expected_onsets(groove, told):
    """Times in seconds of everything that sounds: the click on each beat, then all notes."""
    beats_per_bar, steps_per_beat, parts = groove
    lead_in = told["lead_in_ns"] / 1e9
    beat_s = 60e3 / told["tempo_mbpm"]
    clicks = [lead_in + beat * beat_s for beat in range(int(SECONDS / beat_s) + 1)]
    notes = []
    for steps in parts:
        for index in range(int(SECONDS / beat_s * steps_per_beat) + 1):
            if steps[index % len(steps)] != ".":
                beat = beats_per_bar + index / steps_per_beat
                notes.append(lead_in + beat * beat_s)
    return sorted(time for time in clicks + notes if time < SECONDS)


def onset_off_ms(rises, rate_hz, time):
    """How far from `time` the energy of the rises jumps most, in ms, and by what factor."""
    window = WINDOW_MS * rate_hz // 1000
    best = (0.0, 0)
    for frame in range(round((time - SEARCH_MS / 1e3) * rate_hz),
                       round((time + SEARCH_MS / 1e3) * rate_hz)):
        before = rises[frame] - rises[frame - window]
        after = rises[frame + window] - rises[frame]
        # Something like the quantisation noise, so that silence is not infinitely loud.
        best = max(best, (after / (before + window * 4.0), frame))
    return best[1] / rate_hz * 1e3 - time * 1e3, best[0]


def judge(name, path, told):
    problems = []
    samples, rate_hz = load(path)
    onsets = expected_onsets(read_groove(name), told)
    first = next((i for i, sample in enumerate(samples) if sample != 0), None)
    peak = max(abs(sample) for sample in samples) / 32768
    loudness = (sum(sample * sample for sample in samples) / len(samples)) ** 0.5 / 32768

    if first is None:
        return [f"{name}: silent"]
    if abs(first / rate_hz - onsets[0]) > 0.5e-3:
        problems.append(f"{name}: begins at {first / rate_hz:.5f} s, not {onsets[0]:.5f} s")
    if not 0.3 < peak < 0.96:
        problems.append(f"{name}: the peak is {peak:.3f}")
    if not 0.005 < loudness < 0.4:
        problems.append(f"{name}: the mean loudness is {loudness:.4f}")
    if (told["played"], told["late"], told["dropped"]) != (len(onsets), 0, 0):
        problems.append(f"{name}: {told}, but {len(onsets)} sounds were due")

    rises = [0.0]  # the energy of all rises up to a frame
    for one, other in zip(samples, samples[1:]):
        rises.append(rises[-1] + float(other - one) ** 2)
    worst = 0.0
    places = [time for i, time in enumerate(onsets) if i == 0 or time - onsets[i - 1] > 1e-3]
    for time in [time for time in places if time < SECONDS - 0.05]:
        off_ms, factor = onset_off_ms(rises, rate_hz, time)
        worst = max(worst, abs(off_ms))
        if abs(off_ms) > OFF_MS_MAX or factor < 2.0:
            problems.append(f"{name}: no clear onset at {time:.4f} s: {off_ms:+.2f} ms, "
                            f"{factor:.1f} times the energy")
    print(f"{name}: {len(onsets)} sounds in {len(places)} places, worst {worst:.2f} ms off, "
          f"peak {peak:.2f}, loudness {loudness:.3f}")
    return problems


def main():
    program = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "tests" / "render_audio"
    if not program.exists():
        print(f"{program} is not built")
        return 1
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for name in GROOVES:
            path = pathlib.Path(folder) / f"{name}.wav"
            run = subprocess.run([program, name, str(SECONDS), path],
                                 check=True, capture_output=True, text=True)
            problems += judge(name, path, json.loads(run.stdout))
    print("\n".join(problems) or "all heard as written")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
