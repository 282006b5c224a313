// The files of the demo's directory: fleet, daemon, regions, secrets. Written from the templates of
// data/demo, which are part of the program, so that whoever wonders what is running can read it there.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *name;
    const char *text; // with @NAME@ where something of this run goes
} DemoTemplate;

// Made by the Makefile from data/demo; a row without a name ends it.
extern const DemoTemplate DEMO_TEMPLATES[];

// Makes `dir` (mode 0700) if it is not there, and in it all the files of a demo. What an earlier demo left in it
// is removed. ERR_INVALID: the path cannot be used; ERR_REFUSED: it holds other things; ERR_BUSY: a demo runs in
// it.
bool demo_files_write(const char *dir, GError **error);

// Writes demo.pid and holds it, so that nobody takes the directory for an old one. The descriptor, to be kept open;
// -1 with the reason.
int demo_files_hold(const char *dir, GError **error);

// Removes `dir` with everything in it, as far as that goes.
void demo_files_remove(const char *dir);

// DIR/NAME.SUFFIX. The caller frees.
char *demo_file(const char *dir, const char *name, const char *suffix);

// Where the program runs from. The caller frees.
char *demo_program(void);
