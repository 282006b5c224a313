// Everything a view needs to draw, in one include.
#pragma once

#include "cells/chart.h"
#include "cells/draw.h"
#include "cells/glyph.h"
#include "cells/grid.h"
#include "cells/palette.h"
#include "cells/rect.h"
#include "cells/style.h"
