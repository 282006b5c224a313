// The whole console as cells: the frame, the shown screen, what lies over it.
#include "view/frame.h"
#include "view/split.h"
#include "view/ui-private.h"
#include "widget/footer.h"

enum { WIDTH_MIN = 40, HEIGHT_MIN = 10, MESSAGE_LINE = 1, MESSAGE_MOST = 4, FOOTER_LINE = 1 };

static void draw_card(const Ui *ui, const Canvas *canvas)
{
    int lines = 0, width = 0;
    for (; ui->card[lines]; lines++)
        width = MAX(width, cells_width(canvas, ui->card[lines]));
    width = MIN(width, canvas->width - 5);
    Rect at =
        rect_make(canvas->width - width - 5, canvas->height - lines - 2, width + 4, lines + 2);
    if (width < 1 || at.y < 0)
        return;
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box = cells_box(
        canvas, at, &(BoxLook){.title = "try this", .tag = "c hides it", .tag_style = ROLE_DIM});
    for (int i = 0; i < lines; i++)
        cells_fit(&box, rect_make(1, i, width, 1), ALIGN_LEFT, ROLE_NORMAL, ui->card[i]);
}

// A long refusal is told whole: it pushes the screen up, and covers nothing that must be read.
static int bottom_lines(const Ui *ui, const ViewContext *context, const Canvas *canvas)
{
    int most = CLAMP(canvas->height / 4, (int)MESSAGE_LINE, (int)MESSAGE_MOST);
    return ui->colon_open || ui->filter_open
               ? MESSAGE_LINE
               : message_height(&ui->message, canvas, context->mono_ms, most);
}

static void draw_bottom(Ui *ui, const ViewContext *context, const Canvas *message,
                        const Canvas *footer)
{
    UiKeys data = {ui, context};
    KeyContext keys = ui_keys(ui, &data);
    if (ui->colon_open)
        prompt_draw(ui->colon, message);
    else if (ui->filter_open)
        prompt_draw(ui->filter, message);
    else
        message_draw(&ui->message, message, context->mono_ms);
    if (!context->once)
        footer_draw(footer, &keys);
}

static void draw_tiny(const ViewContext *context, const Canvas *canvas)
{
    Attention a;
    char text[80];
    attention_count(context->picture, &a);
    g_snprintf(text, sizeof text, "%s%u crit %u sign %u run",
               frame_is_stale(context->picture, context->local_ms) ? "STALE " : "",
               a.critical - a.over, a.mine, a.running);
    cells_put(canvas, 0, 0, a.critical > a.over ? ROLE_ALARM : ROLE_NORMAL, text);
    if (canvas->height > 1)
        cells_put(canvas, 0, 1, ROLE_DIM, "needs 40x10");
}

static void draw_body(Ui *ui, const ViewContext *context, const Canvas *body)
{
    if (ui->help_open)
        pager_draw(ui->help, body);
    else if (!frame_draw_trouble(context, body))
        ui->screen->draw(ui_state(ui, ui->screen), context, body);
    if (frame_is_stale(context->picture, context->local_ms) && context->picture->complete)
        cells_restyle(body, canvas_rect(body), STYLE_DIMMED, 0);
    // Elsewhere it would lie on what has to be read.
    if (ui->card && ui->card_open && ui->screen->id == SCREEN_OVERVIEW && !ui->help_open)
        draw_card(ui, body);
    dialog_draw(ui->proposal, context, body);
}

void ui_draw(Ui *ui, const ViewContext *context, Grid *grid)
{
    grid_clear(grid);
    ui_freshen(ui, context);
    Canvas all = canvas_of(grid);
    if (all.width < WIDTH_MIN || all.height < HEIGHT_MIN) {
        draw_tiny(context, &all);
        return;
    }
    const char *filter = ui->screen->filter ? ui->screen->filter(ui_state(ui, ui->screen)) : NULL;
    Canvas framed = split_draw(context, &all); // nothing stands above this
    Canvas below = frame_draw_top(context, &framed, ui->screen, filter);
    Rect rest = canvas_rect(&below);
    Canvas footer = canvas_sub(&below, rect_cut_bottom(&rest, context->once ? 0 : FOOTER_LINE));
    Canvas message = canvas_sub(
        &below, rect_cut_bottom(&rest, context->once ? 0 : bottom_lines(ui, context, &below)));
    Canvas body = canvas_sub(&below, rest);
    draw_body(ui, context, &body);
    draw_bottom(ui, context, &message, &footer);
}
