// Rules over what stands where, and what it needs there.
#include "model/rules-private.h"

void rule_host_type(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const Location *home = workload->group->primary;
    (void)world;
    for (guint k = 0; home && k < workload->instances->len; k++) {
        const Location *at = ((const Instance *)workload->instances->pdata[k])->location;
        if (at->host != home->host)
            rule_add(findings, SEVERITY_ERROR,
                     g_strdup_printf("%s has %s hosts, its primary's location %s has %s ones.",
                                     at->name, name_of(&HOST_NAMES, (int)at->host), home->name,
                                     name_of(&HOST_NAMES, (int)home->host)),
                     "Put the standby on the same host type, or correct `host` in the fleet file.");
    }
}
