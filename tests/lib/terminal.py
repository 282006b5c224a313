"""A program in a real terminal: tmux holds it, tests read its screen and press its keys.

    with Test() as t:
        screen = Terminal(t, 80, 24, "signalbox", "--url", url)
        screen.wait("West Europe")
        screen.press("s")
"""

import os
import shutil
import subprocess

from sbtest import Test, until
from demo import SLOW

WRAPPER = """trap : INT
stty -a >'{before}'
"$@"
echo "$?" >'{status}'
stty -a >'{after}'
echo 'it has ended'
exec sleep 1000
"""


def need_tmux():
    if not shutil.which("tmux"):
        Test.skip_all("tmux is not installed")


class Terminal:
    def __init__(self, test, width, height, *command, env=None, name="terminal"):
        self.test = test
        self.socket = test.path(name + ".tmux")
        self.before, self.after = test.path(name + ".before"), test.path(name + ".after")
        self.status_file = test.path(name + ".status")
        wrapper = test.write(name + ".sh", WRAPPER.format(before=self.before, after=self.after,
                                                          status=self.status_file))
        self.environment = {**os.environ, **(env or {})}
        # tmux gets a server of its own in the foreground, so that the test can end it.
        self.server = test.spawn("tmux", "-S", self.socket, "-f", "/dev/null", "-D", log=name + ".log",
                                 env=self.environment)
        until(lambda: os.path.exists(self.socket), 10)
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "sh", wrapper, *command)

    def tmux(self, *arguments):
        done = subprocess.run(("tmux", "-S", self.socket) + arguments, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment, timeout=20)
        if done.returncode:
            raise RuntimeError("tmux " + arguments[0] + ": " + done.stderr.decode())
        return done.stdout.decode("utf-8", "replace")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def lines(self):
        return self.screen().splitlines()

    def has(self, *texts):
        screen = self.screen()
        return all(text in screen for text in texts)

    def wait(self, *texts, name=None, seconds=10):
        """A check that all of the texts come to stand on the screen."""
        shown = self.test.check(until(lambda: self.has(*texts), seconds * SLOW),
                                name or f"the screen shows {', '.join(texts)}")
        if not shown:
            self.test.note(self.screen())
        return shown

    def wait_gone(self, text, name=None, seconds=10):
        gone = self.test.check(until(lambda: not self.has(text), seconds * SLOW), name or f"{text} goes away")
        if not gone:
            self.test.note(self.screen())
        return gone

    def press(self, *keys):
        """Keys by tmux's names: Enter, Space, Escape, C-s, s."""
        for key in keys:
            self.tmux("send-keys", key)

    def press_until(self, key, text, tries=20, seconds=1):
        """Presses the key again and again until the text stands there."""
        for _ in range(tries):
            if self.has(text):
                return True
            self.press(key)
            if until(lambda: self.has(text), seconds * SLOW):
                return True
        self.test.note(f"{key} does not bring {text}:\n{self.screen()}")
        return False

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def pid(self):
        """Of the program, a child of the shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as f:
            return int(f.read().split()[0])

    def ended(self, seconds=10):
        """The program's exit status once it has ended; None if it does not."""
        until(lambda: os.path.exists(self.after) and os.path.getsize(self.after), seconds * SLOW)
        if not os.path.exists(self.status_file):
            return None
        with open(self.status_file, encoding="ascii") as f:
            return int(f.read())

    def restored(self):
        """What of the terminal is not as it was; [] if all is well."""
        wrong = []
        with open(self.before, encoding="ascii") as before, open(self.after, encoding="ascii") as after:
            if before.read() != after.read():
                wrong.append("stty")
        flags = {"alternate_on": "0", "cursor_flag": "1", "mouse_any_flag": "0", "keypad_cursor_flag": "0",
                 "keypad_flag": "0", "insert_flag": "0", "origin_flag": "0", "wrap_flag": "1"}
        for flag, wanted in flags.items():
            if self.tmux("display-message", "-p", "#{%s}" % flag).strip() != wanted:
                wrong.append(flag)
        return wrong

    def close(self):
        self.test.stop(self.server)
