"""SSH keys, an agent, and the lists of who may sign with what, for tests."""

import fcntl
import os
import shutil
import socket
import subprocess

from sbtest import BUILDDIR, until

SIGNOFF = "signoff@signalbox"


def make_key(t, name, passphrase=""):
    """A key pair in the test's directory; its public line without the comment."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", t.path(name)], check=True)
    return " ".join(t.read(name + ".pub").split()[:2])


def ssh_sign(t, key, text, name_space=SIGNOFF):
    return subprocess.run(["ssh-keygen", "-Y", "sign", "-f", t.path(key), "-n", name_space], input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()


class Token:
    """A hardware key (tests/lib/token.c), and the finger that touches it."""

    LIBRARY = os.path.join(BUILDDIR, "tests/lib/token.so")
    MISSING = None if os.path.exists(LIBRARY) else "configure found no nettle to build the tests' hardware key with"

    def __init__(self, t, name="token"):
        self.t = t
        self.name = name
        os.mkdir(t.path(name))
        self.library = shutil.copy(self.LIBRARY, os.path.realpath(t.path(name)))
        self.environment = {"SSH_SK_PROVIDER": self.library}
        os.mkfifo(t.path(name, "touch"))
        # Held open, so that a finger may be there before it is asked for.
        self.touch = os.open(t.path(name, "touch"), os.O_RDWR | os.O_NONBLOCK)

    def make_key(self, name, *options):
        """As make_key, of a key that lives in here."""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519-sk", "-w", self.library, "-N", "", "-C", name, *options,
                        "-f", self.t.path(name)], check=True)
        return " ".join(self.t.read(name + ".pub").split()[:2])

    def finger(self, what="yes"):
        """Answers a request, the one that is waiting or the next: yes, no, gone, pin."""
        os.write(self.touch, what.encode())

    def patience(self, ms):
        self.t.write(self.name + "/patience", str(ms))

    def is_waiting(self):
        with open(self.t.path(self.name, "waiting"), "w", encoding="ascii") as f:
            try:
                fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


class Agent:
    def __init__(self, t, name="agent"):
        self.t = t
        self.socket = t.path(name)
        self.process = t.spawn("ssh-agent", "-D", "-a", self.socket, "-P", os.path.realpath(t.dir) + "/*",
                               log=name + ".log")
        until(self.listens)
        askpass = t.write(name + ".askpass", "#!/bin/sh\necho secret\n", 0o700)
        self.environment = {**os.environ, "SSH_AUTH_SOCK": self.socket, "SSH_ASKPASS": askpass,
                            "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}

    def listens(self):
        """The socket stands there a moment before anybody listens at it."""
        with socket.socket(socket.AF_UNIX) as line:
            return line.connect_ex(self.socket) == 0

    def add(self, *arguments):
        subprocess.run(["ssh-add", "-q", *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def stop(self):
        self.t.stop(self.process)

    def lock(self):
        self.add("-x")

    def unlock(self):
        self.add("-X")


class Signers:
    """The lists of a demo's daemon. They are replaced as one should, by renaming."""

    def __init__(self, demo):
        self.demo = demo

    def write(self, name, text):
        path = self.demo.path(name)
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(path + ".new", path)

    def allow(self, *lines):
        self.write("allowed_signers", "".join(line + "\n" for line in lines))

    def revoke(self, *keys):
        self.write("revoked_keys", "# revoked\n" + "".join(key + "\n" for key in keys))

    def require(self, group="ledger"):
        """That group takes signed sign-offs only, from the next reload on."""
        path = self.demo.path("fleet.conf")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('signature = "preferred"', 'signature = "required"'))
        self.demo.reload()
        return until(lambda: self.demo.group(group)["policy"]["signature"] == "required")
