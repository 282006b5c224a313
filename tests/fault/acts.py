"""What people do outside of any operation: one write or two, which the log has once. See kinds.py."""

from demo import fetch
from killing import MOMENTS, effect_mistakes, log_mistakes
from kinds import NORTH, WEST, Kind, check


class Act(Kind):
    """One thing that a person does, outside of any operation; the log has it once."""
    lane, active = 5, WEST
    action = None

    @classmethod
    def sample(cls, chance):
        moments = ("before", "torn", chance.choice(("unflushed", "after")))  # done once, it is not done again
        return [f"{moment} *{cls.action} *" for moment in moments]

    def begin(self):
        pass

    def do(self):
        raise NotImplementedError

    def play(self):
        self.struck.insist(lambda: self.struck.count(self.action, self.round), self.do, self.name)

    def mistakes(self):
        return log_mistakes(self.struck, []) + check(self.action + " stands in the log once",
                                                     self.struck.count(self.action, self.round), 1)


class Disarm(Act):
    name, action = "disarm", "automation.disarmed"

    def do(self):
        return self.demo.run("automation", "off", "payments", "--for", "1h", "--reason", self.round)

    def mistakes(self):
        off = self.demo.group("payments")["automation"]
        return super().mistakes() + check("it is disarmed", off["off"], True)


class Arm(Act):
    name, action = "arm", "automation.armed"

    def begin(self):
        self.struck.insist(lambda: self.demo.json("automation")["automation"]["off"],
                           lambda: self.demo.run("automation", "off", "--for", "1h", "--reason", "so that it can be armed"),
                           "the fleet is disarmed")

    def do(self):
        return self.demo.run("automation", "on", "--reason", self.round)


class AcknowledgeAlarm(Act):
    name, action = "acknowledge-alarm", "alarm.acknowledged"

    def begin(self):
        if self.demo.state("eastus")["down"]:
            self.demo.fault("eastus", "recover")
        self.struck.see(lambda: not self.alarms(), "no alarm is left of the round before")
        self.demo.fault("eastus", "down")
        self.struck.see(self.alarms, "East US is alarmed")

    def alarms(self):
        return [a["id"] for a in self.demo.get("/v1/alarms")["alarms"] if "eastus" in a["id"] and not a["ended_at"]]

    def do(self):
        return self.demo.run("ack", self.alarms()[0], "--note", self.round)

    def mistakes(self):
        known = self.struck.see(self.alarms, "East US is still alarmed")
        alarms = [a for a in self.demo.get("/v1/alarms")["alarms"] if a["id"] in known]
        wrong = check("it is acknowledged", any(a["acknowledged_by"] for a in alarms), True)
        self.demo.fault("eastus", "recover")
        return super().mistakes() + wrong


class AcknowledgeFinding(Act):
    name, action = "acknowledge-finding", "finding.acknowledged"

    def do(self):
        finding = self.demo.get("/v1/readiness")["findings"][0]["id"]
        return self.demo.run("readiness", "ack", finding, "--note", self.round, "--for", "1d")


class TakeAlarmBack(AcknowledgeAlarm):
    name, action = "take-back-alarm", "alarm.withdrawn"

    def begin(self):
        super().begin()
        self.struck.insist(self.is_acknowledged, super().do, "it is acknowledged")

    def is_acknowledged(self):
        return any(a["acknowledged_by"] for a in self.demo.get("/v1/alarms")["alarms"] if a["id"] in self.alarms())

    def do(self):
        return self.demo.run("ack", self.alarms()[0], "--withdraw", "--reason", self.round)

    def mistakes(self):
        self.struck.see(self.alarms, "East US is still alarmed")
        alarms = [a for a in self.demo.get("/v1/alarms")["alarms"] if a["id"] in self.alarms()]
        wrong = check("it is not acknowledged", any(a["acknowledged_by"] for a in alarms), False)
        self.demo.fault("eastus", "recover")
        return Act.mistakes(self) + wrong


class TakeFindingBack(AcknowledgeFinding):
    name, action = "take-back-finding", "finding.withdrawn"

    def begin(self):
        self.struck.insist(lambda: self.struck.count("finding.acknowledged", self.round), super().do, "it is acknowledged")

    def do(self):
        known = next(f["id"] for f in self.demo.get("/v1/readiness")["findings"] if f["acknowledged_by"])
        return self.demo.run("readiness", "ack", known, "--withdraw", "--reason", self.round)


class ReviewPlan(Act):
    name, action = "review-plan", "plan.reviewed"

    def do(self):
        return self.demo.run("plans", "review", "payments", "--reason", self.round)


class ConfirmParity(Act):
    name, action = "confirm-parity", "parity.confirmed"

    def do(self):
        return self.demo.run("parity", "confirm", "governance/catalog", WEST, "term", "Chargeback", "--note", self.round)


class TakeParityBack(ConfirmParity):
    name, action = "take-back-parity", "parity.withdrawn"

    def begin(self):
        self.struck.insist(lambda: self.struck.count("parity.confirmed", self.round), super().do, "it is confirmed")

    def do(self):
        return self.demo.run("parity", "confirm", "governance/catalog", WEST, "term", "Chargeback", "--withdraw", "--reason", self.round)


class Reload(Act):
    """The fleet file is read again. Who starts reads it, too, so it need not stand in the log."""
    name, action = "reload", "fleet.reloaded"

    @classmethod
    def sample(cls, chance):
        return [f"{chance.choice(MOMENTS)} *{cls.action} *"]

    def begin(self):
        self.demo.run("plans", "review", "ledger", "--reason", "so that there is a record")

    def do(self):
        self.struck.edit("fleet.conf", lambda text: text.replace('title = "Telemetry', f'title = "Telemetry {self.round}'))
        return self.demo.reload()

    def play(self):
        self.struck.insist(lambda: self.round in self.demo.group("telemetry")["title"], self.do, "the file is read")

    def mistakes(self):
        return log_mistakes(self.struck, [])


class Passivate(Act):
    """Two are active: somebody switches one of them off."""
    name, lane, action = "passivate", 1, "passivate.asked"

    @classmethod
    def sample(cls, chance):
        return super().sample(chance) + [f"{chance.choice(MOMENTS)} passivate.done *"]

    def begin(self):
        self.bring(WEST)
        self.watcher.allowed = True
        epoch = self.demo.group("payments")["epoch"]
        boot = fetch(self.demo.path(NORTH + ".sock"), "/health")[1]["boot_id"]
        by_hand = {"x-signalbox-epoch": str(epoch), "x-signalbox-boot-id": boot, "x-signalbox-key": self.round.replace(" ", "-")}
        fetch(self.demo.path(NORTH + ".sock"), "/site/v1/groups/payments/workflows/mail-orders/enable", "POST", {}, by_hand)
        self.struck.see(lambda: self.demo.group("payments")["mode"] == "split", "two are active")

    def do(self):
        return self.demo.run("passivate", "payments/mail-orders", NORTH, "--reason", self.round)

    def play(self):
        super().play()
        self.struck.see(self.is_one, "one is active")

    def is_one(self):
        """By the daemon's word, and by the regions': one that has just begun takes all for normal."""
        return self.demo.group("payments")["mode"] == "normal" and not effect_mistakes(self.struck, "payments", WEST)

    def mistakes(self):
        return super().mistakes() + effect_mistakes(self.struck, "payments", WEST)


class TakePassivationBack(Passivate):
    """While its target is silent."""
    name, action = "take-back-passivation", "passivate.withdrawn"

    @classmethod
    def sample(cls, chance):
        return Act.sample.__func__(cls, chance)

    def begin(self):
        super().begin()
        self.demo.fault(NORTH, "hang")
        self.struck.insist(lambda: self.struck.count("passivate.asked", self.round), super().do, "it is asked for")

    def do(self):
        return self.demo.run("passivate", "payments/mail-orders", NORTH, "--withdraw", "--reason", self.round)

    def play(self):
        Act.play(self)
        self.demo.fault(NORTH, "recover")
        self.struck.see(lambda: self.demo.group("payments")["mode"] == "split", "two are active again")
        self.struck.insist(self.is_one, super().do, "one is active")
