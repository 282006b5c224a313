#include "widget/columns.h"

#include <string.h>

typedef struct {
    guint index[TABLE_MAX_COLUMNS]; // columns kept, in order
    int width[TABLE_MAX_COLUMNS];
    guint n;
} Kept;

static int min_width(const TableColumn *column)
{
    int least = column->min_width > 0 ? column->min_width : column->width;
    return MAX(MIN(least, column->width), 1);
}

static int kept_total(const Kept *kept)
{
    int total = 0;
    for (guint i = 0; i < kept->n; i++)
        total += kept->width[i] + (i ? COLUMN_GAP : 0);
    return total;
}

static void use_min_widths(const TableColumn *columns, Kept *kept)
{
    for (guint i = 0; i < kept->n; i++)
        kept->width[i] = min_width(&columns[kept->index[i]]);
}

// Leaves out the column of the highest rank (the rightmost of equals). False if all are needed.
static bool drop_one(const TableColumn *columns, Kept *kept)
{
    guint worst = 0;
    for (guint i = 1; i < kept->n; i++)
        if (columns[kept->index[i]].rank > 0 &&
            (worst == 0 || columns[kept->index[i]].rank >= columns[kept->index[worst]].rank))
            worst = i;
    if (worst == 0)
        return false;
    for (guint i = worst; i + 1 < kept->n; i++) {
        kept->index[i] = kept->index[i + 1];
        kept->width[i] = kept->width[i + 1];
    }
    kept->n--;
    return true;
}

// Gives room back column by column, one cell at a time in turn, up to the wanted widths.
static void give_back(const TableColumn *columns, Kept *kept, int room)
{
    bool gave = true;
    while (room > 0 && gave) {
        gave = false;
        for (guint i = 0; i < kept->n && room > 0; i++) {
            if (kept->width[i] >= columns[kept->index[i]].width)
                continue;
            kept->width[i]++;
            room--;
            gave = true;
        }
    }
}

static void grow(const TableColumn *columns, Kept *kept, int room)
{
    int growing = 0;
    for (guint i = 0; i < kept->n; i++)
        growing += columns[kept->index[i]].flags & COLUMN_GROW ? 1 : 0;
    for (guint i = 0; i < kept->n && growing > 0 && room > 0; i++) {
        if (!(columns[kept->index[i]].flags & COLUMN_GROW))
            continue;
        int share = room / growing;
        kept->width[i] += share;
        room -= share;
        growing--;
    }
}

static void place(ColumnLayout *layout, const Kept *kept, guint i, int x, int width)
{
    layout->places[layout->n++] = (ColumnPlace){kept->index[i], x, width};
}

// How many columns must be scrolled away for the last one to fit.
static guint last_first(const Kept *kept, int room)
{
    guint i = kept->n;
    while (i > 1 && room >= kept->width[i - 1] + COLUMN_GAP)
        room -= kept->width[--i] + COLUMN_GAP;
    return MIN(i, kept->n - 1) - 1;
}

// The first column stays; the others start with number 1 + first.
static void place_scrolled(const Kept *kept, int width, guint first, ColumnLayout *layout)
{
    int x = MIN(kept->width[0], width);
    place(layout, kept, 0, 0, x);
    layout->last_first = kept->n > 1 ? last_first(kept, width - x) : 0;
    first = MIN(first, layout->last_first);
    layout->more_left = first > 0;
    for (guint i = 1 + first; i < kept->n; i++) {
        int room = width - x - COLUMN_GAP;
        if (room < MIN(kept->width[i], 3)) {
            layout->more_right = true;
            return;
        }
        int w = MIN(kept->width[i], room);
        place(layout, kept, i, x + COLUMN_GAP, w);
        layout->more_right = w < kept->width[i];
        x += COLUMN_GAP + w;
    }
}

void columns_lay_out(const TableColumn *columns, guint n, int width, guint first,
                     ColumnLayout *ret_layout)
{
    Kept kept = {.n = MIN(n, (guint)TABLE_MAX_COLUMNS)};
    *ret_layout = (ColumnLayout){.n = 0};
    if (kept.n == 0 || width <= 0)
        return;
    for (guint i = 0; i < kept.n; i++)
        kept.index[i] = i;
    use_min_widths(columns, &kept);
    while (kept_total(&kept) > width && drop_one(columns, &kept)) {
    }
    give_back(columns, &kept, width - kept_total(&kept));
    grow(columns, &kept, width - kept_total(&kept));
    place_scrolled(&kept, width, first, ret_layout);
}
