// The terminal on the program's main loop: keys come out, pictures go in.
//
// The terminal is taken by term_new and given back by term_free, by exit(), by a signal, by a crash, and
// on the way into a stop (ctrl-z): see term/restore.h. Nothing here blocks: a terminal that takes no
// bytes is left alone until it does, and then gets the newest picture, not those between.
//
//     setlocale(LC_ALL, "");                       // main does this first
//     TermHooks hooks = {.draw = draw, .key = key, .ended = ended};
//     Term *term = term_new(&(TermOptions){.mouse = true}, &hooks, console, &error);
//     ...
//     static void key(const KeyEvent *key, gpointer data)
//     {
//         ... change the state ...
//         term_redraw(console->term);              // draw is called once, when the keys are done
//     }
//     static void draw(Grid *grid, gpointer data)  // grid is blank and has the terminal's size
//     {
//         Canvas canvas = canvas_of(grid);
//         ...
//     }
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/key.h"

enum { TERM_COPY_MAX = 8192, TERM_NOTE_MAX = 100 };

typedef struct {
    const char *theme; // a theme of cells/palette.h; NULL: the one that suits the background
    bool ascii;        // ASCII glyphs even where the locale knows more
    bool mono;         // no colours even where the terminal has them
    bool mouse;        // clicks and the wheel
    int frame_ms; // least time between pictures that no key asked for; 0: none (--slow-link: 500)
} TermOptions;

// Called from the main loop.
typedef struct {
    // Draw the whole picture into the blank grid.
    void (*draw)(Grid *grid, gpointer data);
    // A key, a mouse event or a paste. Nothing is drawn until term_redraw is called.
    void (*key)(const KeyEvent *key, gpointer data);
    // The program shall end: SIGINT, SIGTERM, or SIGHUP, which also stands for a terminal that has gone.
    // Called once for each reason; leave the main loop from here.
    void (*ended)(int signal_number, gpointer data);
} TermHooks;

typedef struct Term Term;

// Takes the terminal at standard input and output; `data` goes to the hooks. ERR_REFUSED if it is no
// terminal or one that cannot show a screen, ERR_NOT_FOUND for an unknown theme. Nothing has been
// changed then.
Term *term_new(const TermOptions *options, const TermHooks *hooks, gpointer data, GError **error);

// Gives the terminal back.
void term_free(Term *term);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Term, term_free)

// Something to show has changed: a picture is drawn soon, once, however often this is called.
void term_redraw(Term *term);

// The next picture is sent whole (ctrl-l).
void term_repaint(Term *term);

// For changing roles before the first picture: palette_set.
Palette *term_palette(Term *term);

void term_size(const Term *term, int *ret_width, int *ret_height);

// Rings the bell, with a note of the terminal emulator's where it can (OSC 9); `note` may be NULL and is
// cut and cleaned. How often is the caller's business.
void term_bell(Term *term, const char *note);

// Puts a text into the clipboard of the terminal's user (OSC 52), escaped and at most TERM_COPY_MAX
// bytes. False if this terminal cannot or it is too long.
bool term_copy(Term *term, const char *text);

// Stops the program as ctrl-z does.
void term_suspend(Term *term);
