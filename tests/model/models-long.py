#!/usr/bin/env python3
"""As models.py, larger: three generations of executors, two restarts of regions, three versions of a statement."""

import os
import sys

os.execv(sys.executable, [sys.executable, os.environ["SB_TOP_SRCDIR"] + "/tests/model/models.py", "--long"])
