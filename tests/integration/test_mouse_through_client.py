#!/usr/bin/env python3
# ctest: timeout=240
"""Recorded taps as the button of a mouse, which is judged like a key: see taps.py."""

from taps import judge_presses

judge_presses("button")
