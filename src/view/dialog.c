#include "view/dialog.h"

#include <string.h>

enum { BOX_WIDTH = 76 };

const Binding dialog_bindings[DIALOG_KEYS] = {
    {DIALOG_SEND, "send", "ctrl-s", "send", "Sends it. Enter never does.", 0},
    {DIALOG_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {DIALOG_LEAVE, "leave", "esc", "leave", "Leaves without doing anything.", 0},
};

struct Dialog {
    const DialogKind *kind;
    gpointer data;
    DialogLook look;
    const FormField *fields;
    guint count; // of fields
    Form *form;
    Keymap *keys;
    char *preset[DIALOG_FIELDS]; // NULL: empty
};

Dialog *dialog_new(const DialogKind *kind, gpointer data, const DialogLook *look,
                   const FormField *fields, guint n)
{
    g_assert(n <= DIALOG_FIELDS);
    Dialog *dialog = g_new0(Dialog, 1);
    *dialog = (Dialog){.kind = kind,
                       .data = data,
                       .look = *look,
                       .fields = fields,
                       .count = n,
                       .form = form_new(fields, n, data),
                       .keys = keymap_new(look->name)};
    keymap_add(dialog->keys, kind->keys, DIALOG_KEYS);
    return dialog;
}

void dialog_free(Dialog *dialog)
{
    if (!dialog)
        return;
    form_free(dialog->form);
    keymap_free(dialog->keys);
    dialog->kind->release(dialog->data);
    for (guint i = 0; i < dialog->count; i++)
        g_free(dialog->preset[i]);
    g_free(dialog->look.title);
    g_free(dialog);
}

void dialog_preset(Dialog *dialog, guint field, const char *text)
{
    g_assert(field < dialog->count);
    form_set_text(dialog->form, field, text);
    g_free(dialog->preset[field]);
    dialog->preset[field] = g_strdup(form_text(dialog->form, field));
}

void dialog_focus(Dialog *dialog, guint field)
{
    form_set_focus(dialog->form, field);
}

static Effect send(Dialog *dialog, const ViewContext *context)
{
    const char *no = dialog->kind->refusal ? dialog->kind->refusal(dialog->data, context) : NULL;
    int problem = form_first_problem(dialog->form);
    if (no)
        return effect_message("%s", no);
    if (problem >= 0)
        return effect_message("%s: %s", dialog->fields[problem].label,
                              form_problem(dialog->form, (guint)problem));
    return dialog->kind->send(dialog->data, dialog->form, context);
}

Effect dialog_key(Dialog **dialog, const ViewContext *context, const KeyEvent *key)
{
    const Binding *row = keymap_find((*dialog)->keys, key);
    Effect effect = effect_of(EFFECT_REDRAW);
    if (!row || row->action == DIALOG_NEXT)
        return effect_of_form(form_key((*dialog)->form, key), NULL);
    if (row->action == DIALOG_SEND)
        effect = send(*dialog, context);
    if (effect.kind != EFFECT_MESSAGE)
        g_clear_pointer(dialog, dialog_free);
    return effect;
}

const Keymap *dialog_keymap(const Dialog *dialog)
{
    return dialog->keys;
}

void dialog_draw(Dialog *dialog, const ViewContext *context, const Canvas *canvas)
{
    if (!dialog)
        return;
    const DialogLook *look = &dialog->look;
    int fields = form_height(dialog->form), wanted = look->lines + fields + look->spare + 2;
    int height = MIN(canvas->height, wanted), width = MIN(canvas->width, BOX_WIDTH);
    Rect at = rect_make((canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
    g_autofree char *text = dialog->kind->explain(dialog->data, context->picture);
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box = cells_box(
        canvas, at, &(BoxLook){.title = look->title, .border = look->border, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    Rect rest = canvas_rect(&body);
    // In a small box the fields come first; the footer says which key sends.
    Rect top = rect_cut_top(&rest, CLAMP(body.height - fields, 0, look->lines));
    cells_put_wrapped(&body, top, ROLE_NORMAL, text);
    Canvas form = canvas_sub(&body, rest);
    form_draw(dialog->form, &form);
}

bool dialog_is_dirty(const Dialog *dialog)
{
    for (guint i = 0; dialog && i < dialog->count; i++) {
        const char *preset = dialog->preset[i] ? dialog->preset[i] : "";
        if (strcmp(form_text(dialog->form, i), preset) != 0)
            return true;
    }
    return false;
}
