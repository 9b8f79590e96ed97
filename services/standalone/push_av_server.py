#!/usr/bin/env python3
"""Starts the whole server for those that start a Python file, such as the Matter test harness: the flags are start.sh's."""
import os
import signal
import sys

# Python ignores SIGPIPE, and what is ignored stays so in the program that takes this process over.
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
start = os.path.join(os.path.dirname(os.path.realpath(__file__)), "start.sh")
# A test harness runs it as root in a container of its own, in which ffprobe often gets no sandbox.
os.environ.setdefault("PROBE_SANDBOX", "preferred")
# The same process goes on as the server, so a signal to its id reaches the server itself.
os.execv("/bin/sh", ["sh", start] + sys.argv[1:])
