#include "widget/form.h"

#include "widget/edit.h"

typedef struct {
    const FormField *field;
    Edit edit;
    bool touched; // typed in: its problems are shown
} Line;

struct Form {
    Line *lines;
    guint n;
    guint focus;
    gpointer data;
};

Form *form_new(const FormField *fields, guint n, gpointer data)
{
    Form *form = g_new0(Form, 1);
    form->lines = g_new0(Line, n);
    form->n = n;
    form->data = data;
    for (guint i = 0; i < n; i++) {
        form->lines[i].field = &fields[i];
        edit_init(&form->lines[i].edit, fields[i].max_size,
                  fields[i].flags & FIELD_NO_PASTE ? EDIT_NO_PASTE : 0);
    }
    return form;
}

void form_free(Form *form)
{
    if (!form)
        return;
    for (guint i = 0; i < form->n; i++)
        edit_release(&form->lines[i].edit);
    g_free(form->lines);
    g_free(form);
}

const char *form_text(const Form *form, guint field)
{
    g_assert(field < form->n);
    return edit_text(&form->lines[field].edit);
}

void form_set_text(Form *form, guint field, const char *text)
{
    g_assert(field < form->n);
    edit_set_text(&form->lines[field].edit, text);
}

const char *form_problem(const Form *form, guint field)
{
    const FormField *row = form->lines[field].field;
    const char *text = form_text(form, field);
    if (!row->check || (row->flags & FIELD_OPTIONAL && *text == '\0'))
        return NULL;
    return row->check(text, form->data);
}

int form_first_problem(const Form *form)
{
    for (guint i = 0; i < form->n; i++)
        if (form_problem(form, i))
            return (int)i;
    return -1;
}

guint form_focus(const Form *form)
{
    return form->focus;
}

void form_set_focus(Form *form, guint field)
{
    form->focus = MIN(field, form->n - 1);
}

static FormResult move_focus(Form *form, int step)
{
    form->focus = (guint)(((int)form->focus + step + (int)form->n) % (int)form->n);
    return FORM_MOVED;
}

static FormResult type_key(Form *form, const KeyEvent *key)
{
    static const FormResult results[] = {
        [EDIT_IGNORED] = FORM_IGNORED,
        [EDIT_MOVED] = FORM_MOVED,
        [EDIT_CHANGED] = FORM_CHANGED,
        [EDIT_FULL] = FORM_FULL,
        [EDIT_PASTE_REFUSED] = FORM_PASTE_REFUSED,
    };
    Line *line = &form->lines[form->focus];
    EditResult result = edit_key(&line->edit, key);
    line->touched |= result == EDIT_CHANGED;
    return results[result];
}

FormResult form_key(Form *form, const KeyEvent *key)
{
    if (form->n == 0)
        return FORM_IGNORED;
    if (key->code == K_UP || (key->code == K_TAB && key->mods & MOD_SHIFT))
        return move_focus(form, -1);
    if (key->code == K_DOWN || key->code == K_TAB || key->code == K_ENTER) {
        form->lines[form->focus].touched = true;
        return move_focus(form, 1);
    }
    return type_key(form, key);
}

int form_height(const Form *form)
{
    return (int)form->n;
}

static int label_width(const Form *form, const Canvas *canvas)
{
    int width = 0;
    for (guint i = 0; i < form->n; i++)
        width = MAX(width, cells_width(canvas, form->lines[i].field->label));
    return MIN(width, canvas->width / 3);
}

static void draw_line(Form *form, guint index, const Canvas *canvas, int labels)
{
    Line *line = &form->lines[index];
    bool focused = index == form->focus;
    Rect rest = rect_make(0, (int)index, canvas->width, 1);
    Rect label = rect_cut_left(&rest, labels);
    cells_fit(canvas, label, ALIGN_RIGHT, focused ? ROLE_TITLE : ROLE_DIM, line->field->label);
    rect_cut_left(&rest, 1);
    const char *problem = line->touched ? form_problem(form, index) : NULL;
    int needed = problem ? MIN(cells_width(canvas, problem), rest.width / 2) : 0;
    Rect complaint = rect_cut_right(&rest, needed);
    cells_fit(canvas, complaint, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_WARN, problem);
    if (needed > 0)
        rect_cut_right(&rest, 1);
    edit_draw(&line->edit, canvas, rest, ROLE_INPUT | (focused ? STYLE_BOLD : 0), focused);
    if (*edit_text(&line->edit) == '\0' && line->field->hint)
        cells_fit(canvas, rest, ALIGN_LEFT | ALIGN_CLIP_END, ROLE_DIM | STYLE_UNDERLINE,
                  line->field->hint);
}

void form_draw(Form *form, const Canvas *canvas)
{
    int labels = label_width(form, canvas);
    for (guint i = 0; i < form->n && (int)i < canvas->height; i++)
        draw_line(form, i, canvas, labels);
}
