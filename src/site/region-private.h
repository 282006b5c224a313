// What the region's own files share.
#pragma once

#include "site/region.h"

// Writes a line into the journal, if there is one; on the disk with the next flush.
void region_note(Region *region, const char *format, ...) G_GNUC_PRINTF(2, 3);

// The same of all that is known of a group's data.
void region_note_data(Region *region, const SiteGroup *group);

// Seals data that takes no new transactions, once nothing of its group is in flight any more.
void region_advance_drain(Region *region, SiteGroup *group);
