// The tables of the fleet file, and the checks that span several options of it.
#pragma once

#include "conf/fleet.h"
#include "conf/option.h"

extern const OptionSection FLEET_SECTION;   // Fleet
extern const OptionSection TRIGGER_SECTION; // Trigger; src/conf/fleet-trigger.c
extern const OptionType FLEET_LOCATION;     // Location *: by its name

// ---- src/conf/fleet-resource.c ----

extern const OptionSection RESOURCE_SECTION; // Resource

// An OptionCheck for later: what the instances of a workload (at its setting) use, by name.
void fleet_resolve_uses(OptionReader *reader, config_setting_t *setting, gpointer workload);

// ---- src/conf/fleet-people.c ----

extern const OptionType OPTION_WINDOW;     // DayWindow
extern const OptionSection NOTICE_SECTION; // Group
void fleet_check_responsibilities(OptionReader *reader, config_setting_t *setting,
                                  const Group *group);

// ---- src/conf/fleet-check.c ----

// The names of all locations as candidates for one that was misspelt; heap text for the end of a
// sentence, never NULL.
char *fleet_near_location(const Fleet *fleet, const char *name);

void fleet_check_location(OptionReader *reader, config_setting_t *setting, gpointer location);
void fleet_check_group(OptionReader *reader, config_setting_t *setting, gpointer group);
void fleet_check_workload(OptionReader *reader, config_setting_t *setting, gpointer workload);
