// What is said of an operation above its steps: what happens now, how long it may take, what was lost, who asked.
#pragma once

#include "view/screen.h"

// Returns the line below.
int operation_text_draw(const Operation *operation, const ViewContext *context,
                        const Canvas *canvas);
