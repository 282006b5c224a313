"""A program in a real terminal: tmux holds it, tests read its screen and press its keys.

    with Test() as t:
        screen = Terminal(t, 80, 24, "signalbox", "--url", url)
        screen.wait("West Europe")
        screen.press("s")
"""

import os
import shutil
import subprocess
import time

from sbtest import LIMIT, SLOW, Test, until

WRAPPER = """trap : INT
stty -a >'{before}'
"$@"
echo "$?" >'{status}'
stty -a >'{after}'
echo 'it has ended'
exec sleep 1000
"""


UNREAD = "Read it to its end first"


def read_to_the_end(screen):
    """A statement opens for a signature once all of it has been on the screen: before that, Enter shows what was not and
    says so, until the next key. Each answer is waited for: a second Enter would be the form's."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if screen.has("sign and send"):
            return True
        screen.press("Enter")
        until(lambda: screen.has("sign and send") or screen.has(UNREAD), LIMIT / 6)
        screen.press("NPage")  # which the form passes on to the statement
        until(lambda: not screen.has(UNREAD))
    screen.test.note(screen.screen())
    return False


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
        made = until(lambda: self.ask("new-session", "-d", "-x", str(width), "-y", str(height), "sh", wrapper,
                                      *command).returncode == 0)
        if not made:
            raise RuntimeError("tmux does not start: " + test.read(name + ".log"))

    def ask(self, *arguments):
        # -N: the server is ours; one that is not there yet is not to be started once more.
        return subprocess.run(("tmux", "-N", "-S", self.socket) + arguments, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment, timeout=LIMIT)

    def tmux(self, *arguments):
        done = self.ask(*arguments)
        if done.returncode:
            raise RuntimeError("tmux " + arguments[0] + ": " + done.stderr.decode())
        return done.stdout.decode("utf-8", "replace")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def lines(self):
        return self.screen().splitlines()

    def has(self, *texts):
        """Also where a text is wrapped: an age that is longer or shorter by now moves what stands behind it."""
        screen = self.screen()
        flat = " ".join(" ".join(line.strip(" │║█▌") for line in screen.splitlines()).split())
        return all(text in screen or text in flat for text in texts)

    def wait(self, *texts, name=None):
        """A check that all of the texts come to stand on the screen."""
        shown = self.test.check(until(lambda: self.has(*texts)),
                                name or f"the screen shows {', '.join(texts)}")
        if not shown:
            self.test.note(self.screen())
        return shown

    def wait_gone(self, text, name=None):
        gone = self.test.check(until(lambda: not self.has(text)), name or f"{text} goes away")
        if not gone:
            self.test.note(self.screen())
        return gone

    def press(self, *keys):
        """Keys by tmux's names: Enter, Space, Escape, C-s, s."""
        for key in keys:
            self.tmux("send-keys", key)

    def press_until(self, key, text, seconds=LIMIT):
        """Presses the key again and again until the text stands there: a key that may be pressed once too often."""
        end = time.monotonic() + seconds
        while not self.has(text):
            if time.monotonic() >= end:
                self.test.note(f"{key} does not bring {text}:\n{self.screen()}")
                return False
            self.press(key)
            until(lambda: self.has(text), 2 * SLOW)
        return True

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def pid(self):
        """Of the program, a child of the shell."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as f:
            return int(f.read().split()[0])

    def ended(self):
        """The program's exit status once it has ended and the terminal has seen all that it wrote; None if it does
        not."""
        until(lambda: os.path.getsize(self.after) and self.has("it has ended"))
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
