"""SSH keys, an agent, and the lists of who may sign with what, for tests."""

import base64
import os
import subprocess

from sbtest import until

SIGNOFF = "signoff@signalbox"


def make_key(t, name, passphrase=""):
    """A key pair in the test's directory; its public line without the comment."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", t.path(name)], check=True)
    return " ".join(t.read(name + ".pub").split()[:2])


def ssh_sign(t, key, text, name_space=SIGNOFF):
    return subprocess.run(["ssh-keygen", "-Y", "sign", "-f", t.path(key), "-n", name_space], input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()


def hardware_key():
    """A public key that lives in hardware which nobody has, as ssh-add -L lists it."""
    kind = b"sk-ssh-ed25519@openssh.com"
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, bytes(32), b"ssh:"))
    return kind.decode() + " " + base64.b64encode(blob).decode() + " token"


class Agent:
    def __init__(self, t, name="agent"):
        self.t = t
        self.socket = t.path(name)
        t.spawn("ssh-agent", "-D", "-a", self.socket, log=name + ".log")
        until(lambda: os.path.exists(self.socket), 10)
        askpass = t.write(name + ".askpass", "#!/bin/sh\necho secret\n", 0o700)
        self.environment = {**os.environ, "SSH_AUTH_SOCK": self.socket, "SSH_ASKPASS": askpass,
                            "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}

    def add(self, *arguments):
        subprocess.run(["ssh-add", "-q", *arguments], env=self.environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

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
        return until(lambda: self.demo.group(group)["policy"]["signature"] == "required", 10)
