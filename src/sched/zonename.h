// Names of time zones. Triggers are written with Windows names ("W. Europe Standard Time"), the rules
// come under IANA names ("Europe/Berlin"); CLDR says which is which. The table is the one of
// data/zones/windowsZones.xml, compiled in, and a test holds the two equal.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *windows;
    const char *iana;    // CLDR's choice for territory 001; it keeps old spellings for ever
    const char *current; // how tzdata spells it today; NULL = the same
} ZoneName;

// All of CLDR's Windows names, ordered as there.
extern const ZoneName ZONE_NAMES[];
extern const guint ZONE_NAMES_COUNT;

// What a name means: the name to know it by, and the IANA name of rules that are installed. Windows names
// in any case, IANA names exactly. The caller frees both. ERR_NOT_FOUND suggests up to three close names.
bool zonename_resolve(const char *name, char **ret_canonical, char **ret_iana, GError **error);

// The file that holds an IANA zone's rules. The caller frees.
char *zonename_path(const char *iana);
