// A finding as a page says it.
#pragma once

#include "view/page.h"

// Adds it: rule, object, facts, the way out, where the requirement is from, since when; and who has acknowledged it.
void finding_say(Page *page, const Finding *finding, gint64 now_ms);
