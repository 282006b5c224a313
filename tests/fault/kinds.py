"""Every kind of operation (acts.py has what people do outside of one): how it begins, what people do while it is open, how
it ends and what must be so then. crash.py kills the daemon at its writes.

A kind that is new needs a class here, and a row in tests/sim/test-sim-kill.c."""

from scripted import Scripted
from sbtest import until
from demo import fetch
from killing import ENDED, MOMENTS, Failed, effect_mistakes, log_mistakes

WEST, NORTH = "westeurope", "northeurope"


class Kind:
    """One of them. `begin` sets the stage, without faults; `play` is what the daemon is killed in."""
    name = lane = None
    group = "payments"
    important = ("operation.proposed *", "signoff.approve *", "operation.started *", "step.intent step/*/1 *",
                 "operation.point-of-no-return *", "*operation.ended *")
    end = "completed"
    active = NORTH
    twice = ()      # what the log may have twice
    signatures = 0  # more, where one is taken back: what comes next is another sign-off

    @classmethod
    def sample(cls, chance):
        """The plan for every day: each important write, at a moment by chance."""
        return [f"{chance.choice(MOMENTS)} {write}" for write in cls.important]

    def __init__(self, struck, watcher, round_name):
        self.struck, self.watcher, self.demo = struck, watcher, struck.demo
        self.round = round_name
        self.operations = []

    # The stage

    def begin(self):
        self.bring(WEST)

    def bring(self, location):
        """The group lives there, and all is well."""
        demo = self.demo
        for region in (WEST, NORTH):
            if demo.state(region)["down"]:
                demo.fault(region, "recover")
        self.struck.see(lambda: all(demo.verdict(l) == "up" for l in (WEST, NORTH)), "both regions are up")
        # What waits from the round before.
        for operation in demo.operations(self.group):
            if operation["state"] == "awaiting-sign-off":
                demo.run("operations", "withdraw", operation["id"], "--reason", "the next round")
        self.struck.see(lambda: not self.open_ones(), "nothing is open")
        if demo.group(self.group)["active"] != location:
            words = ("failback",) if location == demo.group(self.group)["primary"] else ("failover", "--planned")
            Moving(self, words).play()
        self.struck.see(lambda: self.is_at(location), f"{self.group} is in {location}")
        self.struck.see(lambda: demo.group(self.group)["mode"] == ("normal" if location == demo.group(self.group)["primary"]
                                                                   else "failed-over"), "the group is whole")

    def is_at(self, location):
        if not self.struck.singles[self.group]:
            return self.demo.group(self.group)["active"] == location
        return self.demo.active_at(self.group, location)

    def open_ones(self):
        return [o for o in self.demo.operations(self.group) if o["state"] not in ENDED]

    # What people do

    def propose(self, *words, kind=None):
        """The id of the new operation."""
        known = self.known()

        def there():
            return next((o["id"] for o in self.demo.operations(self.group, kind) if o["id"] not in known), None)
        name = self.struck.insist(there, lambda: self.demo.run(*words, self.group, "--reason", self.round),
                                  " ".join(words) + " is proposed")
        self.operations.append(name)
        return name

    def sign(self, operation, bob=False, decision="approve", **more):
        """With an id of its own for each statement and person: sent again it counts once."""
        act = next((a for a in operation["acts"] if a["state"] == "open"), None)
        ballot = act or operation
        name = f"so-{operation['id']}-{ballot['digest'][:8]}-{self.signatures}-{'bob' if bob else 'me'}"
        body = {"digest": ballot["digest"], "decision": decision, "reason": self.round,
                "phrase": ballot["statement"]["confirm"], **more}
        return self.struck.put(f"/v1/operations/{operation['id']}/signoffs/{name}", body, bob)

    def go_on(self, operation):
        """What the operation waits for, if it waits for people."""
        name = operation["id"]
        act = any(a["state"] == "open" for a in operation["acts"])
        missing = operation["state"] == "paused" and "sign-off" in (operation["why"] or "")
        if act or missing or operation["state"] == "awaiting-sign-off":
            # Not the other way round: whoever proposed may not give the last one where four eyes are asked for.
            if self.sign(operation)[0] == 200:
                self.sign(self.demo.operation(name), bob=True)
        if operation["held"] and not act:
            self.demo.run("operations", "resume", name, "--reason", self.round)
        elif operation["state"] == "paused" and not act:
            self.demo.run("operations", "retry", name, "--reason", self.round)
        for step in operation["steps"]:
            if step["state"] == "waiting":
                self.confirm(operation, step)

    def confirm(self, operation, step):
        how = ("--how", "console") if step["attests"] else ()
        self.demo.run("operations", "confirm", operation["id"], "--step", str(step["number"]), "--reason", self.round,
                      "--ticket", "CHG-1", *how)

    def people(self, operation):
        self.go_on(operation)

    def see_through(self, name):
        """Until it has ended; then it has to be as it was meant."""
        def over():
            operation = self.demo.operation(name)
            if operation["state"] in ENDED:
                return operation
            self.people(operation)
            return None
        try:
            operation = self.struck.see(over, f"{name} ends", 0.1)
        except Failed as failed:
            last = until(lambda: self.struck.look(lambda: self.demo.operation(name)))
            raise Failed(f"{failed}\n{last and story(last)}") from failed
        if operation["state"] != self.end:
            raise Failed(f"{name} is {operation['state']}, expected {self.end}\n{story(operation)}")
        return operation

    def play(self):
        raise NotImplementedError

    def away(self, words, known, **what):
        """The newest operation that was not known, of these fields; waits until somebody has proposed it."""
        def there():
            every = self.demo.get("/v1/operations")["operations"]
            return next((o["id"] for o in every if o["id"] not in known and all(o[k] == v for k, v in what.items())), None)
        name = self.struck.see(there, words)
        self.operations.append(name)
        return name

    def known(self):
        """The ids of all operations that there are now, and one that is none."""
        return self.struck.see(lambda: {None} | {o["id"] for o in self.demo.get("/v1/operations")["operations"]}, "they are listed")

    # Afterwards

    def mistakes(self):
        if self.active:
            until(lambda: not effect_mistakes(self.struck, self.group, self.active))
        wrong = log_mistakes(self.struck, self.operations, self.twice)
        return wrong + (effect_mistakes(self.struck, self.group, self.active) if self.active else [])


def story(operation):
    lines = [f"{operation['id']} {operation['state']} held {operation['held']}: {operation['why']} {operation['exceptions']}"]
    lines += [f"{s['number']} {s['state']} {s['title']}: {s['detail']}" for s in operation["steps"]]
    lines += [f"{a['kind']} {a['state']} {a['why']}" for a in operation["acts"]]
    return "\n".join(lines)


class Moving(Kind):
    """A group is moved, on the stage that is already set."""

    def __init__(self, kind, words):
        super().__init__(kind.struck, kind.watcher, kind.round)
        self.group, self.words = kind.group, words
        self.confirm = kind.confirm  # what has to be done at the target

    def play(self):
        self.see_through(self.propose(*self.words))


# ---- moves --------------------------------------------------------------------------------------

class Planned(Kind):
    name, lane = "planned", 0

    def play(self):
        before = self.demo.group_at(WEST, self.group)
        operation = self.see_through(self.propose("failover", "--planned"))
        self.before, self.epoch = before, operation["epoch"]

    def mistakes(self):
        wrong = super().mistakes()
        old, new = self.demo.group_at(WEST, self.group), self.demo.group_at(NORTH, self.group)
        wrong += check("one epoch was taken", (self.epoch, new["epoch"]), (self.before["epoch"] + 1,) * 2)
        wrong += check("it was promoted once", (new["data"]["role"], new["data"]["parent"]),
                       ("primary", self.before["data"]["lineage"]))
        wrong += check("nothing was lost", (old["lost_transactions"], new["lost_transactions"]), (0, 0))
        return wrong + check("it took over all data", new["data"]["fork"] >= self.before["data"]["position"], True)


def check(what, got, wanted):
    return [] if got == wanted else [f"{what}: got {got!r}, wanted {wanted!r}"]


class Failback(Kind):
    name, lane, active = "failback", 0, WEST

    def begin(self):
        self.bring(NORTH)

    def play(self):
        self.see_through(self.propose("failback"))


class Unplanned(Kind):
    """The region dies, the watchdog proposes, and what comes back later believes that it is still active."""
    name, lane = "unplanned", 1
    important = Kind.important + ("quarantine.intent *", "quarantine.done *")

    def play(self):
        known = self.known()
        self.demo.fault(WEST, "down")
        name = self.away("the watchdog proposes", known, group=self.group)
        self.see_through(name)
        self.watcher.allowed = True  # until it is switched off
        fetch(self.demo.path(WEST + ".control.sock"), "/site/v1/fault", "POST", {"kind": "recover", "still_active": True})
        self.struck.see(lambda: not effect_mistakes(self.struck, self.group, NORTH), "what came back is switched off")


class DrillIsolated(Kind):
    name, lane, active = "drill-isolated", 0, WEST
    important = ("operation.proposed *", "signoff.approve *", "operation.started *", "step.done step/*/1 *",
                 "*operation.ended *")

    def play(self):
        self.see_through(self.propose("drill", "--isolated"))


class DrillLive(Kind):
    name, lane, active = "drill-live", 0, WEST
    twice = ("operation.point-of-no-return",)
    important = Kind.important + ("operation.turned *",)

    def play(self):
        self.see_through(self.propose("drill", "--live"))


# ---- exceptional ways ---------------------------------------------------------------------------

class Abort(Kind):
    """Before the point of no return, asked for and signed; what was done is undone."""
    name, lane, active, end = "abort", 1, WEST, "aborted"
    important = ("act.asked *", "signoff.approve *", "*operation.undoing *", "step.done step/*/1 *", "*operation.ended *")

    def begin(self):
        super().begin()
        self.demo.fault(WEST, "no-replication")

    def people(self, operation):
        waits = any(s["kind"] == "catch-up" and s["state"] in ("intent", "failed") for s in operation["steps"])
        asked = any(a["state"] in ("open", "done") for a in operation["acts"])
        if waits and not asked and operation["state"] in ("running", "paused"):
            self.demo.run("operations", "abort", operation["id"], "--reason", self.round)
        elif operation["phase"] != "undoing" or operation["state"] == "paused":
            self.go_on(operation)

    def play(self):
        self.see_through(self.propose("failover", "--planned"))
        self.demo.fault(WEST, "recover")


class Retry(Kind):
    """A step fails; what stood in its way is mended and it is tried again."""
    name, lane = "retry", 1
    important = ("step.failed *", "operation.retry *", "operation.point-of-no-return *")

    def begin(self):
        super().begin()
        self.demo.fault(WEST, "no-replication")

    def people(self, operation):
        if operation["state"] == "paused":
            self.demo.fault(WEST, "recover")
        self.go_on(operation)

    def play(self):
        operation = self.see_through(self.propose("failover", "--planned"))
        self.struck.see(lambda: self.struck.count("operation.retry", operation["id"]), "something was retried")


class Skip(Kind):
    """A step by hand that nobody does is skipped, asked for and signed by two."""
    name, lane, group, end = "skip", 2, "ledger", "completed-with-exceptions"
    important = ("step.waiting *", "act.asked *", "signoff.approve *", "*operation.skip *", "*act.ended *",
                 "*operation.ended *")

    def confirm(self, operation, step):
        if not any(a["state"] == "open" for a in operation["acts"]):
            self.demo.run("operations", "skip", operation["id"], "--step", str(step["number"]), "--reason", self.round)

    def play(self):
        self.see_through(self.propose("failover", "--planned"))


class BreakGlass(Kind):
    """One person alone signs, and somebody else closes the review that this leaves due."""
    name, lane, group = "break-glass", 2, "ledger"
    important = ("operation.proposed *", "signoff.break-glass *", "operation.point-of-no-return *", "*operation.ended *",
                 "signoff.reviewed *")

    def sign(self, operation, bob=False, **more):
        if bob:
            return 0, "nobody else is there"
        phrase = "I ALONE BREAK THE GLASS: " + operation["statement"]["confirm"]
        return super().sign(operation, phrase=phrase, break_glass=True)

    def play(self):
        name = self.propose("failover", "--planned")
        self.see_through(name)

        def broken():
            return next(s for s in self.demo.operation(name)["signoffs"] if s["break_glass"])

        def reviewed():
            return broken()["reviewed_by"]
        self.struck.insist(reviewed, lambda: self.demo.run("review", broken()["id"], "--reason", self.round, env=self.demo.bob()),
                           "the review is closed")


class Attested(Kind):
    """The region is gone; a person attests that it is off, and two sign that."""
    name, lane, group = "attest", 2, "ledger"
    important = ("operation.proposed *", "*operation.attested *", "signoff.approve *", "operation.point-of-no-return *",
                 "step.waiting *", "*operation.ended *")

    def people(self, operation):
        if operation["state"] == "awaiting-sign-off" and operation["attested"]["how"] == "none":
            self.demo.run("operations", "attest", operation["id"], "--how", "power", "--reason", self.round)
        else:
            self.go_on(operation)

    def play(self):
        known = self.known()
        self.demo.fault(WEST, "down")
        self.see_through(self.away("the watchdog proposes", known, group=self.group))
        self.demo.fault(WEST, "recover")


class Hold(Kind):
    """Held while it waits for its data, then let go."""
    name, lane, group = "hold", 3, "payments"
    important = ("operation.hold *", "operation.resume *", "operation.point-of-no-return *")
    action, words = "operation.hold", ("operations", "hold")

    def begin(self):
        super().begin()
        self.demo.fault(WEST, "no-replication")

    def people(self, operation):
        waits = operation["state"] == "running" and any(s["kind"] == "catch-up" and s["state"] == "intent"
                                                        for s in operation["steps"])
        if waits and not self.struck.count(self.action, operation["id"]):
            self.stop(operation)
        elif waits and operation["held"]:
            self.demo.fault(WEST, "recover")
            self.go_on(operation)
        elif not waits:
            self.go_on(operation)

    def stop(self, operation):
        self.demo.run("operations", "hold", operation["id"])

    def play(self):
        self.see_through(self.propose("failover", "--planned"))


class TakeBack(Hold):
    """An approval is taken back before the point of no return: it is held, and signed anew."""
    name = "take-back"
    important = ("signoff.withdrawn *", "signoff.approve *", "operation.point-of-no-return *", "*operation.ended *")
    action = "signoff.withdrawn"

    def stop(self, operation):
        given = operation["signoffs"][0]["id"]
        self.demo.run("signoff", operation["id"], "--withdraw", given, "--reason", self.round,
                      env=self.demo.bob() if given.endswith("bob") else {})
        self.signatures = 1


class Reject(Kind):
    name, lane, active, end = "reject", 3, WEST, "rejected"
    important = ("operation.proposed *", "*signoff.reject *")

    def people(self, operation):
        self.sign(operation, decision="reject")

    def play(self):
        self.see_through(self.propose("failover", "--planned"))


class Withdraw(Reject):
    name, end = "withdraw", "withdrawn"
    important = ("operation.proposed *", "operation.withdraw *")

    def people(self, operation):
        self.demo.run("operations", "withdraw", operation["id"], "--reason", self.round)


class Expire(Reject):
    """Nobody signs."""
    name, lane, group, end, active = "expire", 5, "governance", "expired", None
    important = ("operation.proposed *", "*operation.ended *")

    def begin(self):
        pass

    def people(self, operation):
        pass


# ---- other targets ------------------------------------------------------------------------------

class Automatic(Kind):
    """It starts by itself, for it can lose nothing."""
    name, lane, group, active = "automatic", 4, "storefront", None
    important = ("operation.proposed *", "operation.started *", "*operation.point-of-no-return *", "*operation.ended *")

    def play(self):
        known = self.known()
        self.demo.fault(WEST, "down")
        name = self.away("it is proposed", known, group=self.group)
        if not self.see_through(name)["automatic"]:
            raise Failed("it did not start by itself")
        self.demo.fault(WEST, "recover")

    def people(self, operation):
        if operation["state"] == "paused":
            self.go_on(operation)


class Connector(Kind):
    """A connector is made anew in another region, on a ticket; then it comes home."""
    name, lane, group, active = "connector", 4, "security", None
    important = ("operation.proposed *", "step.waiting *", "*step.confirmed *", "operation.point-of-no-return *",
                 "step.done step/*/1 *", "*operation.ended *")

    def begin(self):
        self.bring(NORTH)
        self.before = self.entities(NORTH)

    def entities(self, location):
        held = fetch(self.demo.path(location + ".sock"), "/site/v1/groups/security/stocks/code-hosts")[1]
        return held["active"], sorted((e["kind"], e["name"]) for e in held["entities"])

    def play(self):
        self.see_through(self.propose("failover", "--planned"))

    def mistakes(self):
        wrong = super().mistakes() + check("it is off where it was", self.entities(NORTH)[0], False)
        return wrong + check("all of it was made anew", self.entities("eastus"), self.before)


class ByHand(Kind):
    """Class M: nothing but a person can switch the old side off, says how it is known, and two sign."""
    name, lane, group, active = "by-hand", 4, "archive", None
    important = ("operation.proposed *", "signoff.approve *", "step.waiting *", "*step.confirmed *",
                 "operation.point-of-no-return *", "*operation.ended *")

    def play(self):
        operation = self.see_through(self.propose("failover", "--planned"))
        if operation["statement"]["old_primary"]["proof"] != "M":
            raise Failed("the old side is of class " + operation["statement"]["old_primary"]["proof"])

    def confirm(self, operation, step):
        if step["attests"]:
            Tapes.active.discard(operation["from"])  # at the target, by hand
        super().confirm(operation, step)

    def mistakes(self):
        return super().mistakes() + check("it is active in one place", Tapes.active, {NORTH})


class Tapes:
    """A target that takes no command to be switched off."""
    active = {WEST}

    def __init__(self, path):
        self.backend = Scripted(path)
        for location in (WEST, NORTH):
            self.backend.answers["GET /" + location] = lambda _, l=location: (200, {
                "state": "active" if l in Tapes.active else "passive"})
            self.backend.answers["POST /" + location] = lambda _, l=location: Tapes.active.add(l) or (200, {})

    group = """
  {{
    name = "archive"; title = "Archive"; primary = "westeurope"; standbys = [ "northeurope" ];
    rpo = "1m"; rto = "15m"; hold = "0s"; rollback = "10m"; antiflap = "10s"; step_limit = "20s";
    workloads = ( {{
      name = "tapes"; kind = "workflow"; driver = "http";
      parameters = {{ socket = "{0}"; state_pointer = "/state"; }};
      instances = (
        {{ location = "westeurope"; parameters = {{ observe_url = "http://tapes/westeurope"; activate_url = "http://tapes/westeurope"; }}; }},
        {{ location = "northeurope"; parameters = {{ observe_url = "http://tapes/northeurope"; activate_url = "http://tapes/northeurope"; }}; }} );
    }} );
  }},"""


# ---- regions ------------------------------------------------------------------------------------

class Region(Kind):
    """Every group of a region, as one operation."""
    name, lane, active = "region", 6, None
    groups = ("payments", "ledger", "storefront")
    important = ("operation.proposed *", "signoff.approve *", "operation.started *", "operation.point-of-no-return *",
                 "*operation.ended *")

    def begin(self):
        for group in self.groups:
            self.group = group
            self.bring(WEST)

    def propose_region(self, *words):
        known = self.known()

        def there():
            every = self.demo.get("/v1/operations")["operations"]
            return next((o["id"] for o in every if o["region"] and o["id"] not in known), None)
        self.parent = self.struck.insist(there, lambda: self.demo.run(*words, "--region", WEST, "--reason", self.round),
                                         "the region is proposed")
        self.struck.see(self.members, "its groups are listed")

    def members(self):
        found = {m["group"]: m["operation"] for m in self.demo.operation(self.parent)["members"] if m["operation"]}
        self.operations = [self.parent, *found.values()]
        return found

    def people(self, operation):
        """`operation` is the region's own: nobody signs that."""
        for name in self.members().values():
            member = self.demo.operation(name)
            if member["state"] not in ENDED:
                self.member(member)

    def member(self, operation):
        self.go_on(operation)

    def play(self):
        self.propose_region("failover")
        self.see_through(self.parent)

    def mistakes(self):
        wrong = super().mistakes()
        for group in self.groups:
            until(lambda g=group: not effect_mistakes(self.struck, g, NORTH))
            wrong += effect_mistakes(self.struck, group, NORTH)
        return wrong


class RegionDrill(Region):
    """Every group of a region rehearses."""
    name = "region-drill"
    important = ("operation.proposed *", "signoff.approve *", "operation.started *", "*operation.ended *")

    def play(self):
        self.propose_region("drill", "--isolated")
        self.see_through(self.parent)

    def mistakes(self):
        wrong = Kind.mistakes(self)
        for group in self.groups:
            wrong += effect_mistakes(self.struck, group, WEST)
        return wrong


class Partial(Region):
    """One of its groups is rejected: partial; then the rest is tried again."""
    name, twice = "partial", ("operation.ended",)
    important = ("*signoff.reject *", "operation.ended *", "operation.retry *", "operation.point-of-no-return *")

    def member(self, operation):
        if operation["group"] == "ledger" and self.end == "partial":
            self.sign(operation, decision="reject")
        else:
            self.go_on(operation)

    def play(self):
        self.propose_region("failover")
        self.end = "partial"
        self.see_through(self.parent)
        self.end = "completed"
        first = self.struck.see(lambda: self.members()["ledger"], "its groups are listed")
        self.struck.insist(lambda: self.members()["ledger"] != first,
                           lambda: self.demo.run("operations", "retry", self.parent, "--reason", self.round),
                           "the rest is retried")
        self.see_through(self.parent)


# ---- the stages of the lanes --------------------------------------------------------------------

GROUPS = ("payments", "ledger", "storefront", "governance")


def only(text, *groups):
    """The watchdog proposes nothing for the others."""
    for group in set(GROUPS) - set(groups):
        text = text.replace(f'    name = "{group}";\n', f'    name = "{group}"; propose = false;\n')
    return text if "storefront" in groups else text.replace('failover = "automatic"', 'failover = "manual"')


def soon_given_up(lane, text):
    return only(text, "payments").replace('drain_limit = "30s"', 'drain_limit = "3s"')


def other_targets(lane, text):
    path = lane.t.path("tapes.sock")
    lane.tapes = Tapes(path)
    return only(text, "storefront").replace("groups = (", "groups = (" + Tapes.group.format(path), 1)


def soon_expired(lane, text):
    return only(text).replace('title = "Data governance";', 'title = "Data governance"; expire = "10s";')


STAGES = {
    0: lambda lane, text: only(text),
    1: soon_given_up,
    2: lambda lane, text: only(text, "ledger"),
    3: lambda lane, text: only(text),
    4: other_targets,
    5: soon_expired,
    6: lambda lane, text: only(text),
}
