// The keys that work here: the last line of the screen, the help page and the man page, all made from
// the rows of the keymaps in force.
#pragma once

#include "cells/cells.h"
#include "widget/keymap.h"
#include "widget/pager.h"

// Draws the keys into the canvas's first line, in the order of the maps, as many as fit; the row named
// "help" always keeps its place at the right end. Greyed rows are muted, quiet and hidden ones left
// out.
void footer_draw(const Canvas *canvas, const KeyContext *context);

// The help page: every key of every map, with its sentence.
void help_fill(Pager *pager, const KeyContext *context);

// One row as an item of a list for a man page (mdoc): its keys, its sentence, its name.
void help_man_row(GString *out, const Keymap *map, gsize index);
// All rows of a map. The caller frees.
char *help_man(const Keymap *map);
