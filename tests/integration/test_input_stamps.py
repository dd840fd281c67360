#!/usr/bin/env python3
"""Every key press is stamped once and strikes once, both soon, also while the client draws 900
people.

ctest: timeout=120
"""

import json

from stage import TooSlow, measured

PRESSES = 150


def main(stage):
    run = stage.start("tests/stamp_keys", "thread", PRESSES,
                      env={"DISPLAY": stage.display("1280x720")})
    if run.wait(timeout=50) != 0:
        stage.fail(f"the presses failed: {stage.errors(run)}")
    print(stage.output(run), stage.errors(run))
    told = json.loads(stage.output(run))
    late_ms = told["late_ms"]
    # The X server counts whole milliseconds, so that a stamp is right to half of one.
    if late_ms["min"] < -1.0 or told["unknown"] > 0 or told["stamped"] > PRESSES:
        stage.fail("a stamp has no press, or is from before it")
    if told["struck_by_thread"] != told["said_to_be"] or not told["struck_by_thread"]:
        stage.fail("a drum was struck twice, or not at all")
    # A display that stalls makes one press of two: X calls them a key that repeats.
    if told["stamped"] != PRESSES:
        raise TooSlow(f"{told['stamped']} of {PRESSES} presses were stamped")
    if late_ms["p50"] > 1.0 or late_ms["p95"] > 3.0:
        raise TooSlow(f"the stamps come late: {late_ms}")
    if told["struck_ms"]["p95"] > 3.0:
        raise TooSlow(f"the drum comes late: {told['struck_ms']}")


measured(main)
