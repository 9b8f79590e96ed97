#!/usr/bin/env python3
"""Starts the whole server, with the flags of start.sh, for callers such as the Matter test harness that run Python."""
import os
import signal
import sys

# Python ignores SIGPIPE, and a signal that is ignored stays ignored in the program that replaces this process.
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
start = os.path.join(os.path.dirname(os.path.realpath(__file__)), "start.sh")
# The test harness runs this file as root in a container, in which ffprobe often gets no sandbox.
os.environ.setdefault("PROBE_SANDBOX", "preferred")
# Replaces this process, so that a signal to its id reaches the server itself.
os.execv("/bin/sh", ["sh", start] + sys.argv[1:])
