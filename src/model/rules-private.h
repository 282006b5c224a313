// The checks behind the table of rules.c, by subject, and what they are written with.
#pragma once

#include "model/rules.h"

// A finding of the rule that is being checked. Takes `facts`, a sentence. The object, the rule and the id are
// filled in by rules.c.
Finding *rule_add(GPtrArray *findings, Severity severity, char *facts, const char *way_out);

// The same, where the facts hold figures that move by themselves: `same` (taken) is what an acknowledgement
// rests on instead.
Finding *rule_add_moving(GPtrArray *findings, Severity severity, char *facts, const char *way_out,
                         char *same);

// "West Europe"; its name if it has no title.
const char *rule_title(const Location *location);
// The same by name; the name if the world does not know it.
const char *rule_place(const RuleWorld *world, const char *name);

typedef void RuleCheck(const RuleWorld *world, const RuleObject *object, GPtrArray *findings);

// rules-roles.c: patterns, triggers, who is active
RuleCheck rule_recurrence_passive, rule_webhook_passive, rule_client_state, rule_ordered_sessions,
    rule_request_router, rule_one_active, rule_split_schedule, rule_as_declared;

// rules-places.c: what stands where, and what it needs there
RuleCheck rule_host_type, rule_account_location, rule_own_connection, rule_dependency_replica,
    rule_gateway_ha, rule_capacity;

// rules-standby.c: what people keep by hand, and connectors
RuleCheck rule_parity, rule_exclusive_attachment, rule_own_runtime, rule_parallel_scan,
    rule_supported_region, rule_snapshot_age;

// rules-watch.c: who watches, and how
RuleCheck rule_watchdog_elsewhere, rule_watchdog_interval, rule_health_synchronous, rule_two_sinks;

// rules-plan.c: objectives and the plan
RuleCheck rule_plan_age, rule_rpo_now, rule_responsible;
