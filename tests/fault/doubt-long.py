#!/usr/bin/env python3
"""As doubt.py, behind every byte."""

import os
import sys

os.execv(sys.executable, [sys.executable, os.environ["SB_TOP_SRCDIR"] + "/tests/fault/doubt.py", "--all"])
