#include "view/browse.h"

void browse_init(Browse *browse, const BrowseKind *kind)
{
    *browse = (Browse){.kind = kind};
    list_init(&browse->list, kind->list);
    page_init(&browse->page, kind->page_title, kind->page_keys, kind->page_key_count);
}

void browse_release(Browse *browse)
{
    list_release(&browse->list);
    page_release(&browse->page);
    dialog_free(browse->dialog);
}

void browse_refresh(Browse *browse, const ViewContext *context)
{
    if (browse->reading)
        browse->kind->fill(browse, context);
}

void browse_read(Browse *browse, const char *id)
{
    browse->reading = true;
    page_open(&browse->page, id);
    table_select(browse->list.table, id);
}

void browse_close(Browse *browse)
{
    browse->reading = false;
    g_clear_pointer(&browse->dialog, dialog_free);
}

const char *browse_object(Browse *browse, const ViewContext *context)
{
    return browse->reading ? browse->page.object : list_selected_id(&browse->list, context);
}

Effect browse_ask(Browse *browse, Dialog *dialog)
{
    dialog_free(browse->dialog);
    browse->dialog = dialog;
    return effect_of(EFFECT_REDRAW);
}

static Effect open_row(Browse *browse, const ViewContext *context)
{
    const char *id = list_selected_id(&browse->list, context);
    if (!id)
        return effect_message("There is nothing to read here.");
    g_autofree char *own = g_strdup(id); // what is written may come from where it lies
    browse_read(browse, own);
    browse->kind->fill(browse, context);
    return effect_of(EFFECT_REDRAW);
}

Effect browse_key(Browse *browse, const ViewContext *context, const KeyEvent *key,
                  const Binding *binding)
{
    if (browse->dialog)
        return dialog_key(&browse->dialog, context, key);
    switch (binding ? binding->action : 0) {
    case BROWSE_OPEN:
        return open_row(browse, context);
    case BROWSE_CLOSE:
        browse->reading = false;
        return effect_of(EFFECT_REDRAW);
    default:
        return browse->reading ? page_key(&browse->page, key, binding)
                               : list_key(&browse->list, context, key, binding);
    }
}

// The page of the row under the cursor.
static void draw_detail(Browse *browse, const ViewContext *context, const Canvas *canvas)
{
    const char *id = list_selected_id(&browse->list, context);
    Rect rest = canvas_rect(canvas);
    cells_rule(canvas, rect_cut_top(&rest, 1), ROLE_BORDER, NULL);
    if (!id)
        return;
    page_open(&browse->page, id);
    browse->kind->fill(browse, context);
    Canvas text = canvas_sub(canvas, rect_inset(rest, 1, 0));
    pager_draw(browse->page.pager, &text);
}

static void draw_list(Browse *browse, const ViewContext *context, const Canvas *canvas)
{
    enum { TABLE_MIN = 3 };
    const BrowseKind *kind = browse->kind;
    Rect rest = canvas_rect(canvas);
    bool headed = kind->draw_head && rest.height >= kind->head_lines + TABLE_MIN;
    Canvas head = canvas_sub(canvas, rect_cut_top(&rest, headed ? kind->head_lines : 0));
    bool room = kind->detail_min && canvas->height >= kind->detail_min;
    int lines = kind->detail_lines ? kind->detail_lines : rest.height - kind->list_lines;
    Canvas detail = canvas_sub(canvas, rect_cut_bottom(&rest, room ? lines : 0));
    Canvas table = canvas_sub(canvas, rest);
    if (headed)
        kind->draw_head(browse, context, &head);
    list_draw(&browse->list, context, &table);
    if (room)
        draw_detail(browse, context, &detail);
}

void browse_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Browse *browse = state;
    if (browse->reading)
        pager_draw(browse->page.pager, canvas);
    else
        draw_list(browse, context, canvas);
    dialog_draw(browse->dialog, context, canvas);
}

const Keymap *browse_keymap(gpointer state)
{
    const Browse *browse = state;
    return browse->dialog    ? dialog_keymap(browse->dialog)
           : browse->reading ? browse->page.keys
                             : browse->list.keys;
}

bool browse_captures(gpointer state)
{
    return ((const Browse *)state)->dialog != NULL;
}

bool browse_is_dirty(gpointer state)
{
    return dialog_is_dirty(((const Browse *)state)->dialog);
}
