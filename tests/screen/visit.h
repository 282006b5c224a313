// A screen of the made-up picture as a test looks at it: open it, answer what it asks, press keys, read lines.
#pragma once

#include "view/ui.h"
#include "world.h"

typedef struct {
    Picture *picture;
    Ui *ui;
    ViewContext context;
    Grid *grid;
    char *text; // of the last look
} Visit;

Visit *visit_new(void);
void visit_free(Visit *visit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Visit, visit_free)

void visit_open(Visit *visit, ScreenId screen, const char *object);

// Brings the screen up to the picture and takes its wish; the path it asks for, or NULL. The caller frees.
char *visit_wish(Visit *visit);
// Hands the screen an answer; `body` NULL: it failed.
void visit_answer(Visit *visit, const char *path, const char *body);

// Names of keys, separated by blanks.
void visit_press(Visit *visit, const char *keys);

// One key, and what it wants done. The caller releases it.
Effect visit_send(Visit *visit, const char *key);

// Draws it at this size; the text stays until the next look.
const char *visit_at(Visit *visit, int width, int height);

// Fails with the whole screen if `part` is not on it, or is.
void visit_has(Visit *visit, const char *part);
void visit_lacks(Visit *visit, const char *part);
