"""A login by ssh: OpenSSH's own sshd, for whoever runs the test, spoken to through pipes (no port is opened).

    login = Login(t)
    if login.trouble: skip; if login.no_terminal: skip what needs one
    t.run(*login.command("signalbox", "status", env=..., agent=agent.socket))
"""

import getpass
import os
import shlex
import shutil
import subprocess

from sbtest import LIMIT
from signers import make_key

SERVER = """HostKey {dir}/host
AuthorizedKeysFile {dir}/login.pub
StrictModes no
UsePAM {pam}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowAgentForwarding yes
PrintMotd no
PrintLastLog no
PidFile none
LogLevel VERBOSE
"""
# ssh hangs up on what it started; the server is to see the end of the line and tidy up instead.
CLIENT = """Host box
    ProxyCommand sh -c 'trap "" HUP; {sshd} -i -f {dir}/sshd_config -E {dir}/sshd.log; :'
    HostKeyAlias box
    User {user}
    UserKnownHostsFile {dir}/known_hosts
    GlobalKnownHostsFile none
    IdentityFile {dir}/login
    IdentitiesOnly yes
    BatchMode yes
    LogLevel ERROR
"""
# What a program in the session needs of ours; ssh hands over TERM by itself.
PASSED = ("PATH", "HOME", "LC_ALL", "TZ")
PASSED_BEGIN = ("SIGNALBOX_", "XDG_", "ASAN_", "UBSAN_", "G_", "PYTHON")


class Login:
    def __init__(self, t):
        self.t = t
        self.sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        self.trouble = self.prepare() if self.sshd else "there is no sshd here (Debian package openssh-server)"
        # Where /dev/pts is mounted without a group, only root's server can hand out terminals.
        self.no_terminal = self.trouble or self.why_not(tty=True)

    def prepare(self):
        """Why nobody can log in on this machine; None: somebody can."""
        host = make_key(self.t, "host")
        make_key(self.t, "login")
        self.t.write("known_hosts", f"box {host}\n")
        self.t.write("ssh_config", CLIENT.format(dir=self.t.dir, sshd=self.sshd, user=getpass.getuser()))
        if os.getuid() == 0:  # its server wants an empty directory that the system makes at its start
            try:
                os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
            except OSError as error:
                return str(error)
        # Without PAM where that does; a locked account (a password of "!") needs it.
        for pam in ("no", "yes"):
            self.t.write("sshd_config", SERVER.format(dir=self.t.dir, pam=pam))
            why = self.why_not()
            if not why:
                return None
        return why

    def why_not(self, **more):
        """The server's last words if a login comes to nothing."""
        done = subprocess.run(self.command("true", **more), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=2 * LIMIT)
        words = self.t.read("sshd.log").strip().splitlines() if done.returncode else []
        return done.returncode and f"{getpass.getuser()} cannot log in by sshd here: {'; '.join(words[-2:])}"

    def command(self, *command, env=None, agent=None, tty=False):
        """The command within a session, with what it needs of `env`; `agent` (a socket) is forwarded."""
        pairs = [f"{k}={v}" for k, v in (env or {}).items() if k in PASSED or k.startswith(PASSED_BEGIN)]
        forward = ["env", "SSH_AUTH_SOCK=" + agent, "ssh", "-A"] if agent else ["ssh", "-a"]
        client = [*forward, "-F", self.t.path("ssh_config"), "-tt" if tty else "-T"]
        return (*client, "box", shlex.join(["env", *pairs, *command]))
