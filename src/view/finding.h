// A finding as a page says it.
#pragma once

#include "view/page.h"

void finding_say(Page *page, const Finding *finding, gint64 now_ms);
