"""Finds in a WAV file when something begins to sound."""

import array
import re
import sys
import wave


def load(path):
    """The samples and the rate of a mono 16-bit file."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2), "not mono 16-bit"
        samples = array.array("h", file.readframes(file.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples, file.getframerate()


def onsets(samples, quiet_frames):
    """The frames at which a sound begins after at least so much silence."""
    found = []
    sounded = -quiet_frames
    step = 240
    for begin in range(0, len(samples), step):
        piece = samples[begin:begin + step]
        if piece.count(0) == len(piece):
            continue
        for frame, sample in enumerate(piece, begin):
            if sample == 0:
                continue
            if frame - sounded >= quiet_frames:
                found.append(frame)
            sounded = frame
    return found


def start_s(log):
    """The host time of the file's first frame, which the client's log tells."""
    return int(re.search(r"event=file start_ns=(\d+)", log)[1]) / 1e9
