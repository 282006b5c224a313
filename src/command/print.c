#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command/command.h"

struct Printer {
    guint columns;
    GPtrArray *cells; // of char *, row by row; the first row is the head
    int *widths;
};

static void add_cell(Printer *printer, guint column, const char *text)
{
    char *safe = text_escape(text && *text ? text : "-");
    printer->widths[column] = MAX(printer->widths[column], text_width(safe));
    g_ptr_array_add(printer->cells, safe);
}

Printer *printer_new(const char *const *heads)
{
    Printer *printer = g_new0(Printer, 1);
    while (heads[printer->columns])
        printer->columns++;
    printer->cells = g_ptr_array_new_with_free_func(g_free);
    printer->widths = g_new0(int, printer->columns);
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

void printer_end(Printer *printer, const char *empty)
{
    bool any = printer->cells->len > printer->columns;
    for (guint i = 0; any && i < printer->cells->len; i++) {
        guint column = i % printer->columns;
        const char *text = printer->cells->pdata[i];
        bool last = column + 1 == printer->columns;
        printf("%s%*s%s", text, last ? 0 : printer->widths[column] - text_width(text) + 2, "",
               last ? "\n" : "");
    }
    if (!any)
        printf("%s\n", empty);
    g_ptr_array_unref(printer->cells);
    g_free(printer->widths);
    g_free(printer);
}

void print_line(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}
