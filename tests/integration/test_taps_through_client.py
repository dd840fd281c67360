#!/usr/bin/env python3
# ctest: timeout=240
"""Recorded taps as keys of three people: see taps.py."""

from taps import judge_presses

judge_presses("key", "key", "key")
