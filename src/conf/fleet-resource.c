// What workloads use and what is no workload of the file: integration accounts, connections, gateways,
// dependencies.
#include "conf/fleet-options.h"

#include <string.h>

enum { INSTALLATIONS_MAX = 100 };

// ---- references ----

static void tell_no_resource(OptionReader *reader, config_setting_t *setting, const char *name,
                             const ResourceKind *kind)
{
    const Fleet *fleet = reader->root;
    Near near = {.text = name};
    for (guint i = 0; i < fleet->resources->len; i++) {
        const Resource *resource = fleet->resources->pdata[i];
        if (!kind || resource->kind == *kind)
            near_try(&near, resource->name);
    }
    g_autofree char *hint = near_hint(&near);
    g_autofree char *expected = kind ? g_strdup_printf("the name of a resource of kind %s",
                                                       name_of(&RESOURCE_NAMES, (int)*kind))
                                     : g_strdup("the name of a resource of this file");
    option_unexpected(reader, setting, expected, hint);
}

// The resource that an option of another names; NULL if it names none, or that was told.
static Resource *referred(OptionReader *reader, config_setting_t *section, const char *option,
                          const char *name, ResourceKind kind)
{
    Resource *resource = fleet_resource(reader->root, name);
    if (!name || (resource && resource->kind == kind))
        return resource;
    tell_no_resource(reader, option_setting(section, option), name, &kind);
    return NULL;
}

static void resolve_resource(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    Resource *resource = object;
    resource->to = referred(reader, setting, "to", resource->to_name, RESOURCE_DEPENDENCY);
    resource->gateway =
        referred(reader, setting, "gateway", resource->gateway_name, RESOURCE_GATEWAY);
    resource->copy_of =
        referred(reader, setting, "copy_of", resource->copy_of_name, RESOURCE_DEPENDENCY);
    if (resource->copy_of == resource) {
        option_mistake(reader, option_setting(setting, "copy_of"),
                       "a dependency cannot be its own copy.");
        resource->copy_of = NULL;
    }
    resource_place(resource);
}

// ---- one resource ----

// Options that only one kind has. A default does no harm elsewhere: the dump writes it out.
static void check_kind(OptionReader *reader, config_setting_t *setting, const Resource *resource)
{
    const struct {
        const char *option;
        ResourceKind kind;
        bool given;
    } OWN[] = {{"to", RESOURCE_CONNECTION, resource->to_name},
               {"gateway", RESOURCE_CONNECTION, resource->gateway_name},
               {"copy_of", RESOURCE_DEPENDENCY, resource->copy_of_name},
               {"copy", RESOURCE_DEPENDENCY, resource->copy != COPY_REPLICA},
               {"installations", RESOURCE_GATEWAY, resource->installations > 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(OWN); i++) {
        config_setting_t *given = option_setting(setting, OWN[i].option);
        if (given && OWN[i].given && resource->kind != OWN[i].kind)
            option_mistake(reader, given, "only a resource of kind %s has it; this one is a %s.",
                           name_of(&RESOURCE_NAMES, (int)OWN[i].kind),
                           name_of(&RESOURCE_NAMES, (int)resource->kind));
    }
    if (!resource->location && resource->kind != RESOURCE_DEPENDENCY &&
        !option_setting(setting, "location"))
        option_mistake(reader, setting, "location is missing; a resource of kind %s stands in one.",
                       name_of(&RESOURCE_NAMES, (int)resource->kind));
}

static void check_resource(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Resource *resource = object;
    if (option_setting(setting, "kind"))
        check_kind(reader, setting, resource);
    option_later(reader, resolve_resource, setting, object);
}

static gpointer add_resource(OptionReader *reader, gpointer parent, const char *name,
                             char **ret_why)
{
    g_autofree char *any = name ? g_strdup(name) : g_strdup_printf("?%u", reader->anonymous++);
    Resource *resource = fleet_add_resource(parent, any);
    if (!resource)
        *ret_why = g_strdup_printf("there is a resource \"%s\" already.", name);
    return resource;
}

static const Option RESOURCE_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(Resource, name), .key = true,
     .help = "Name of the resource, by which workloads use it; unique in the fleet."},
    {"title", &OPTION_TEXT, OPTION_AT(Resource, title), .max = 100, .help = "Name for people."},
    {"kind", &OPTION_CHOICE, OPTION_AT(Resource, kind), .names = &RESOURCE_NAMES, .required = true,
     .help = "An integration account, a connection to another system, a gateway to systems on "
             "premises, or such a system itself: a dependency."},
    {"location", &FLEET_LOCATION, OPTION_AT(Resource, location),
     .help = "Where it stands. A dependency without it stands outside all locations of this file, "
             "and outlives each of them."},
    {"to", &OPTION_NAME, OPTION_AT(Resource, to_name),
     .help = "Of a connection: the dependency that it leads to; whoever uses the connection uses "
             "that too."},
    {"gateway", &OPTION_NAME, OPTION_AT(Resource, gateway_name),
     .help = "Of a connection: the gateway that it goes through."},
    {"installations", &OPTION_NUMBER, OPTION_AT(Resource, installations), 1, INSTALLATIONS_MAX,
     .fallback = "1", .help = "Of a gateway: on how many machines it is installed."},
    {"copy_of", &OPTION_NAME, OPTION_AT(Resource, copy_of_name),
     .help = "Of a dependency: the one whose copy it is."},
    {"copy", &OPTION_CHOICE, OPTION_AT(Resource, copy), .names = &COPY_NAMES, .fallback = "replica",
     .help = "What kind of copy."},
};

const OptionSection RESOURCE_SECTION = {
    .what = "resource",
    OPTION_ROWS(RESOURCE_OPTIONS),
    .add = add_resource,
    .check = check_resource,
    .help = "Something that workloads use and that is no workload of this file. The rules of "
            "readiness judge whether a standby could use it, too."};

// ---- what an instance uses ----

// The `uses` that an instance takes its names from.
static config_setting_t *uses_setting(config_setting_t *workload, const Instance *instance)
{
    config_setting_t *instances = option_setting(workload, "instances");
    for (int i = 0; instance->uses->len && i < config_setting_length(instances); i++) {
        config_setting_t *item = config_setting_get_elem(instances, (unsigned)i);
        config_setting_t *place = option_setting(item, "location");
        const char *name = place ? config_setting_get_string(place) : NULL;
        if (name && strcmp(name, instance->location->name) == 0)
            return option_setting(item, "uses");
    }
    return option_setting(workload, "uses");
}

void fleet_resolve_uses(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Workload *workload = object;
    for (guint i = 0; i < workload->instances->len; i++) {
        Instance *instance = workload->instances->pdata[i];
        const GPtrArray *names = instance_uses(instance);
        for (guint k = 0; instance->location && k < names->len; k++) {
            g_autofree char *name = instance_expand(instance, names->pdata[k]);
            Resource *resource = fleet_resource(reader->root, name);
            config_setting_t *place = uses_setting(setting, instance);
            if (resource)
                instance_use(instance, resource);
            else
                option_mistake(reader, place ? place : setting,
                               "there is no resource \"%s\", which the instance in \"%s\" uses.",
                               name, instance->location->name);
        }
    }
}
