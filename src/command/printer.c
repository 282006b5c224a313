// Tables. On a terminal that is too narrow for one, long texts stand below their rows, wrapped at words, and columns in
// which nothing stands are left out. What is not a terminal gets one line a row, however long.
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "command/command.h"

enum {
    GAP = 2,
    LONG = 30,   // columns from which a text is a long one
    MIDDLE = 16, // … and from which it stands below where there is still no room
    INDENT = 4,
    LEAST = 20 // columns of a wrapped text, however narrow the terminal is
};

struct Printer {
    const Session *session;
    guint columns;
    GPtrArray *cells; // of char *, row by row; the first row is the head
    int *widths;
    bool *filled; // which columns have something below their head
    bool *below;  // which stand below their rows
    bool narrow;  // the terminal is too narrow for all of them in a line
};

static void add_cell(Printer *printer, guint column, const char *text)
{
    bool any = text && *text;
    char *safe = print_safe(printer->session, any ? text : "-");
    printer->filled[column] |= any && printer->cells->len >= printer->columns;
    printer->widths[column] = MAX(printer->widths[column], text_width(safe));
    g_ptr_array_add(printer->cells, safe);
}

Printer *printer_new(const Session *session, const char *const *heads)
{
    Printer *printer = g_new0(Printer, 1);
    printer->session = session;
    while (heads[printer->columns])
        printer->columns++;
    printer->cells = g_ptr_array_new_with_free_func(g_free);
    printer->widths = g_new0(int, printer->columns);
    printer->filled = g_new0(bool, printer->columns);
    printer->below = g_new0(bool, printer->columns);
    for (guint i = 0; i < printer->columns; i++)
        add_cell(printer, i, heads[i]);
    return printer;
}

void printer_row(Printer *printer, ...)
{
    va_list args;
    va_start(args, printer);
    for (guint i = 0; i < printer->columns; i++)
        add_cell(printer, i, va_arg(args, const char *));
    va_end(args);
}

// ---- long texts --------------------------------------------------------------------------------

// Of the terminal that is printed to; 0 = it is none, or does not say.
static int terminal_columns(void)
{
    struct winsize size;
    bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known ? size.ws_col : 0;
}

// How many bytes of `text` go into one line: up to a space, if one is in reach.
static gsize fitting(const char *text, int columns)
{
    const char *p = text, *end = text + strlen(text), *space = NULL;
    int width = 0;
    TextUnit unit;
    for (const char *from = p; text_next(&p, end, &unit); from = p) {
        width += unit.width;
        if (width > columns && from > text)
            return (gsize)((space ? space : from) - text);
        if (*from == ' ' && from > text)
            space = from;
    }
    return (gsize)(end - text);
}

static void put_below(const char *head, int head_width, const char *text, int columns)
{
    int label = INDENT + head_width + GAP, room = MAX(columns - label, LEAST);
    printf("%*s%s%*s", INDENT, "", head, head_width - text_width(head) + GAP, "");
    while (*text) {
        gsize n = fitting(text, room);
        printf("%.*s\n", (int)n, text);
        text += n;
        while (*text == ' ')
            text++;
        if (*text)
            printf("%*s", label, "");
    }
}

// ---- rows --------------------------------------------------------------------------------------

static const char *cell(const Printer *printer, guint row, guint column)
{
    return printer->cells->pdata[row * printer->columns + column];
}

static bool is_beside(const Printer *printer, guint column)
{
    return !printer->narrow || (printer->filled[column] && !printer->below[column]);
}

// The columns that stand beside each other.
static void put_row(const Printer *printer, guint row)
{
    int pad = 0;
    for (guint i = 0; i < printer->columns; i++) {
        const char *text = cell(printer, row, i);
        if (!is_beside(printer, i))
            continue;
        printf("%*s%s", pad, "", text);
        pad = printer->widths[i] - text_width(text) + GAP;
    }
    putchar('\n');
}

// … and those that stand below; the head has none.
static void put_rest(const Printer *printer, guint row, int columns)
{
    int head_width = 0;
    for (guint i = 0; i < printer->columns; i++)
        if (printer->below[i])
            head_width = MAX(head_width, text_width(cell(printer, 0, i)));
    for (guint i = 0; row && i < printer->columns; i++) {
        const char *text = cell(printer, row, i);
        if (printer->below[i] && strcmp(text, "-") != 0)
            put_below(cell(printer, 0, i), head_width, text, columns);
    }
}

static bool fits(const Printer *printer, int columns)
{
    int width = -GAP;
    for (guint i = 0; i < printer->columns; i++)
        width += is_beside(printer, i) ? printer->widths[i] + GAP : 0;
    return width <= columns;
}

// The widest column that may stand below; 0, which never does: there is none left.
static guint widest(const Printer *printer, int least)
{
    guint found = 0;
    for (guint i = 1; i < printer->columns; i++)
        if (is_beside(printer, i) && printer->widths[i] > least &&
            (!found || printer->widths[i] > printer->widths[found]))
            found = i;
    return found;
}

static void arrange(Printer *printer, int columns)
{
    guint at;
    printer->narrow = columns && !fits(printer, columns);
    while (printer->narrow && (at = widest(printer, LONG)))
        printer->below[at] = true;
    while (printer->narrow && !fits(printer, columns) && (at = widest(printer, MIDDLE)))
        printer->below[at] = true;
}

void printer_end(Printer *printer, const char *empty)
{
    guint rows = printer->cells->len / printer->columns;
    int columns = terminal_columns();
    arrange(printer, columns);
    for (guint row = 0; rows > 1 && row < rows; row++) {
        put_row(printer, row);
        put_rest(printer, row, columns);
    }
    if (rows == 1)
        printf("%s\n", empty);
    g_ptr_array_unref(printer->cells);
    g_free(printer->widths);
    g_free(printer->filled);
    g_free(printer->below);
    g_free(printer);
}
