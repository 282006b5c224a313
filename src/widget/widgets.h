// Everything a view builds its screen from, in one include. A gauge and a sparkline are in
// cells/chart.h; a list is a table (widget/table.h, which also shows a whole small view).
#pragma once

#include "cells/cells.h"
#include "widget/edit.h"
#include "widget/footer.h"
#include "widget/form.h"
#include "widget/key.h"
#include "widget/keymap.h"
#include "widget/message.h"
#include "widget/pager.h"
#include "widget/prompt.h"
#include "widget/table.h"
#include "widget/timeline.h"
