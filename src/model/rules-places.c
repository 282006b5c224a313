// Rules over what stands where, and what it needs there.
#include "base/text.h"
#include "model/rules-private.h"

#include <string.h>

static const Instance *instance_at(const Workload *workload, guint i)
{
    return workload->instances->pdata[i];
}

void rule_host_type(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const Location *home = workload->group->primary;
    (void)world;
    for (guint k = 0; home && k < workload->instances->len; k++) {
        const Location *at = instance_at(workload, k)->location;
        if (at->host != home->host)
            rule_add(findings, SEVERITY_ERROR,
                     g_strdup_printf("%s has %s hosts, its primary's location %s has %s ones.",
                                     rule_title(at), word_of(&HOST_NAMES, (int)at->host),
                                     rule_title(home), word_of(&HOST_NAMES, (int)home->host)),
                     "Put the standby on the same host type, or correct `host` in the fleet file.");
    }
}

void rule_account_location(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    (void)world;
    for (guint i = 0; i < object->workload->instances->len; i++) {
        const Instance *instance = instance_at(object->workload, i);
        for (guint k = 0; k < instance->resources->len; k++) {
            const Resource *account = instance->resources->pdata[k];
            if (account->kind == RESOURCE_ACCOUNT && account->location &&
                account->location != instance->location)
                rule_add(
                    findings, SEVERITY_ERROR,
                    g_strdup_printf("Its instance in %s uses the integration account %s, which "
                                    "is in %s.",
                                    rule_title(instance->location), account->name,
                                    rule_title(account->location)),
                    "Give each location an integration account of its own with the same "
                    "partners and agreements, and name it in the instance's `uses`.");
        }
    }
}

// ---- connections -------------------------------------------------------------------------------

static bool uses(const Instance *instance, const Resource *resource)
{
    return g_ptr_array_find(instance->resources, resource, NULL);
}

// The first other instance, from `from` on, that uses it too.
static const Instance *shares(const Workload *workload, guint from, const Resource *resource)
{
    for (guint i = from; i < workload->instances->len; i++)
        if (uses(instance_at(workload, i), resource))
            return instance_at(workload, i);
    return NULL;
}

static bool used_before(const Workload *workload, guint before, const Resource *resource)
{
    for (guint i = 0; i < before; i++)
        if (uses(instance_at(workload, i), resource))
            return true;
    return false;
}

static void check_connection(const Workload *workload, guint at, const Resource *connection,
                             GPtrArray *findings)
{
    static const char WAY_OUT[] =
        "Create a connection for each location, and name it in the instance's `uses` (such as "
        "\"sql-{location}\").";
    const Instance *instance = instance_at(workload, at);
    const Instance *other = shares(workload, at + 1, connection);
    if (used_before(workload, at, connection))
        return; // told there
    if (other)
        rule_add(
            findings, SEVERITY_ERROR,
            g_strdup_printf("Its instances in %s and %s share the connection %s, which is lost "
                            "with %s.",
                            rule_title(instance->location), rule_title(other->location),
                            connection->name, rule_title(connection->location)),
            WAY_OUT);
    else if (connection->location != instance->location)
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("Its instance in %s uses the connection %s, which is in %s and "
                                 "works only there.",
                                 rule_title(instance->location), connection->name,
                                 rule_title(connection->location)),
                 WAY_OUT);
}

static bool sees(const InstanceStatus *instance, const char *connection)
{
    for (guint i = 0; instance->connections && i < instance->connections->len; i++)
        if (g_ascii_strcasecmp(instance->connections->pdata[i], connection) == 0)
            return true;
    return false;
}

static bool declares(const Workload *workload, const char *location, const char *connection)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        const Instance *instance = instance_at(workload, i);
        for (guint k = 0; k < instance->resources->len; k++)
            if (strcmp(instance->location->name, location) == 0 &&
                g_ascii_strcasecmp(((const Resource *)instance->resources->pdata[k])->name,
                                   connection) == 0)
                return true;
    }
    return false;
}

// What two targets say that they use. Where both declare it, that is told already.
static void check_seen(const RuleWorld *world, const Workload *workload, GPtrArray *findings)
{
    const WorkloadStatus *status = world->workload(workload->id, world->data);
    const InstanceStatus *first =
        status && status->instances->len ? status->instances->pdata[0] : NULL;
    for (guint k = 0; first && first->connections && k < first->connections->len; k++) {
        const char *name = first->connections->pdata[k];
        for (guint i = 1; i < status->instances->len; i++) {
            const InstanceStatus *other = status->instances->pdata[i];
            bool told = declares(workload, first->location, name) &&
                        declares(workload, other->location, name);
            if (sees(other, name) && !told)
                rule_add(findings, SEVERITY_ERROR,
                         g_strdup_printf("Its instances in %s and %s are seen to share the "
                                         "connection %s.",
                                         first->location, other->location, name),
                         "Create a connection for each location.");
        }
    }
}

void rule_own_connection(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    check_seen(world, object->workload, findings);
    for (guint i = 0; i < object->workload->instances->len; i++) {
        const Instance *instance = instance_at(object->workload, i);
        for (guint k = 0; k < instance->resources->len; k++) {
            const Resource *connection = instance->resources->pdata[k];
            if (connection->kind == RESOURCE_CONNECTION && connection->location)
                check_connection(object->workload, i, connection, findings);
        }
    }
}

// ---- dependencies ------------------------------------------------------------------------------

// What the resource stands for: itself, or where the connection leads; NULL = no dependency.
static const Resource *dependency_of(const Resource *resource)
{
    return resource->kind == RESOURCE_DEPENDENCY   ? resource
           : resource->kind == RESOURCE_CONNECTION ? resource->to
                                                   : NULL;
}

static bool depends_on(const Instance *instance, const Resource *dependency)
{
    for (guint i = 0; i < instance->resources->len; i++)
        if (dependency_of(instance->resources->pdata[i]) == dependency)
            return true;
    return false;
}

// A copy that outlives `lost`, used by the instance if `by` is given; NULL = there is none.
static const Resource *copy_outside(const Resource *dependency, const Location *lost,
                                    const Instance *by)
{
    for (guint i = 0; i < dependency->copies->len; i++) {
        const Resource *copy = dependency->copies->pdata[i];
        if (copy->location != lost && (!by || depends_on(by, copy)))
            return copy;
    }
    return NULL;
}

static const char *place_of(const Resource *resource)
{
    return resource->location ? rule_title(resource->location) : "no location of the fleet";
}

static void check_standby(const Instance *standby, const Resource *dependency, const Location *home,
                          GPtrArray *findings)
{
    const Resource *copy = copy_outside(dependency, home, NULL);
    if (copy_outside(dependency, home, standby))
        return;
    if (copy)
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("%s is in %s; its %s %s is in %s, but the instance in %s does not "
                                 "use it.",
                                 dependency->name, rule_title(home),
                                 word_of(&COPY_NAMES, (int)copy->copy), copy->name, place_of(copy),
                                 rule_title(standby->location)),
                 "Let the standby use the copy: name it, or a connection to it, in the instance's "
                 "`uses`.");
    else
        rule_add(
            findings, SEVERITY_ERROR,
            g_strdup_printf("%s is in %s only: no replica or backup of it is elsewhere, so the "
                            "instance in %s would not have it.",
                            dependency->name, rule_title(home), rule_title(standby->location)),
            "Replicate it, or back it up to another location, and declare that (`copy_of`).");
}

void rule_dependency_replica(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const Location *home = workload->group->primary;
    const Instance *primary = home ? workload_instance(workload, home) : NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    (void)world;
    for (guint k = 0; primary && k < primary->resources->len; k++) {
        const Resource *dependency = dependency_of(primary->resources->pdata[k]);
        if (!dependency || dependency->location != home ||
            !g_hash_table_add(seen, (gpointer)dependency))
            continue;
        for (guint i = 0; i < workload->instances->len; i++)
            if (instance_at(workload, i) != primary)
                check_standby(instance_at(workload, i), dependency, home, findings);
    }
}

// ---- gateways and hosts ------------------------------------------------------------------------

void rule_gateway_ha(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const GPtrArray *resources = object->location->resources;
    (void)world;
    for (guint i = 0; i < resources->len; i++) {
        const Resource *gateway = resources->pdata[i];
        if (gateway->kind == RESOURCE_GATEWAY && gateway->installations < 2)
            rule_add(findings, SEVERITY_WARNING,
                     g_strdup_printf("The gateway %s has one installation: with that machine all "
                                     "connections through it are gone.",
                                     gateway->name),
                     "Install the gateway on a second machine and join it to the first "
                     "(`installations`).");
    }
}

void rule_capacity(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Location *location = object->location;
    guint64 home = 0, standby = 0;
    (void)world;
    for (guint i = 0; i < location->instances->len; i++) {
        const Workload *workload = ((const Instance *)location->instances->pdata[i])->workload;
        bool waits = workload_is_single_active(workload) && workload->group->primary != location;
        *(waits ? &standby : &home) += workload->load;
    }
    if (location->host != HOST_ISOLATED || !standby)
        return;
    if (!location->capacity)
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup_printf("Nobody has said what this isolated host carries; the instances "
                                 "that stand by there need %" G_GUINT64_FORMAT
                                 " unit%s, beside %" G_GUINT64_FORMAT " that run there.",
                                 standby, text_plural((gint64)standby), home),
                 "Find out, and write it down (`capacity` of the location).");
    else if (home + standby > location->capacity)
        rule_add(
            findings, SEVERITY_ERROR,
            g_strdup_printf("This isolated host carries %u unit%s, of which %" G_GUINT64_FORMAT
                            " are in use; the instances that stand by there need %" G_GUINT64_FORMAT
                            ": %" G_GUINT64_FORMAT " too many.",
                            location->capacity, text_plural(location->capacity), home, standby,
                            home + standby - location->capacity),
            "Give it more capacity, or move something away (`capacity`, `load`).");
}
