// What is known of a region, as a page of text: the verdict, who sees what (both sides where they disagree), what
// is broken inside it, who replicates from and to it, and what changed; each with its age.
#pragma once

#include "model/outlook.h"
#include "view/page.h"

// `location` NULL: says that there is none. `lags`: of LagHistory *, of its links, as far as they are known; NULL = not yet.
void region_text_fill(Page *page, const ViewContext *context, const LocationStatus *location,
                      const GPtrArray *lags);
