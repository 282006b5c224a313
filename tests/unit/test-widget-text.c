// What is typed and what is read: lines, forms, prompts, pagers, messages.
#include <string.h>

#include "base/text.h"
#include "widget/widgets.h"

// Types a text: '<' left, '>' right, '^' home, '$' end, '#' backspace, '~' delete.
static void type(Edit *edit, const char *keys)
{
    static const struct {
        char sign;
        KeyCode code;
    } codes[] = {{'<', K_LEFT}, {'>', K_RIGHT},     {'^', K_HOME},
                 {'$', K_END},  {'#', K_BACKSPACE}, {'~', K_DELETE}};
    for (; *keys; keys = g_utf8_next_char(keys)) {
        KeyEvent key = key_of_char(g_utf8_get_char(keys));
        for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
            if (codes[i].sign == *keys)
                key = (KeyEvent){.code = codes[i].code};
        edit_key(edit, &key);
    }
}

static void test_edit(void)
{
    static const struct {
        const char *keys, *expected;
    } cases[] = {
        {"abc", "abc"},     {"abc<<x", "axbc"}, {"abc^x$y", "xabcy"},
        {"abc##", "a"},     {"abc<~", "ab"},    {"ab^~~~~", ""},
        {"é東x<##y", "yx"}, {"###", ""},        {"0123456789abc", "0123456789"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Edit edit;
        edit_init(&edit, 10, 0);
        type(&edit, cases[i].keys);
        g_assert_cmpstr(edit_text(&edit), ==, cases[i].expected);
        edit_release(&edit);
    }
}

static void test_edit_control(void)
{
    Edit edit;
    edit_init(&edit, 100, 0);
    edit_set_text(&edit, "fail over  payments\033[2J\342\200\256");
    g_assert_cmpstr(edit_text(&edit), ==,
                    "fail over  payments[2J"); // what is invisible is left out
    KeyEvent key = {.code = K_CHAR, .ch = 'w', .mods = MOD_CTRL};
    g_assert_cmpint(edit_key(&edit, &key), ==, EDIT_CHANGED);
    g_assert_cmpint(edit_key(&edit, &key), ==, EDIT_CHANGED);
    g_assert_cmpstr(edit_text(&edit), ==, "fail ");
    key.ch = 'u';
    g_assert_cmpint(edit_key(&edit, &key), ==, EDIT_CHANGED);
    g_assert_cmpint(edit_key(&edit, &key), ==, EDIT_MOVED);
    key.ch = 'x';
    g_assert_cmpint(edit_key(&edit, &key), ==, EDIT_IGNORED);
    edit_release(&edit);
}

static void test_edit_draw(void)
{
    Edit edit;
    int x, y;
    edit_init(&edit, 100, 0);
    edit_set_text(&edit, "0123456789");
    g_autoptr(Grid) grid = grid_new(8, 1, false);
    Canvas canvas = canvas_of(grid);
    edit_draw(&edit, &canvas, rect_make(1, 0, 6, 1), ROLE_INPUT, true);
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==, " 56789\n");
    g_assert_true(grid_cursor(grid, &x, &y));
    g_assert_cmpint(x, ==, 6);
    type(&edit, "^");
    edit_draw(&edit, &canvas, rect_make(1, 0, 6, 1), ROLE_INPUT, true);
    g_autofree char *home = grid_text(grid);
    g_assert_cmpstr(home, ==, " 012345\n");
    edit_release(&edit);
}

static const char *check_word(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "Say why.";
}

static const FormField fields[] = {
    {"Type to approve", 40, FIELD_NO_PASTE, NULL, check_word},
    {"Reason", 8, 0, "why now", check_word},
    {"Ticket", 20, FIELD_OPTIONAL, NULL, check_word},
};

static FormResult press(Form *form, KeyCode code, gunichar ch)
{
    KeyEvent key = {.code = code, .ch = ch, .text = "pasted"};
    return form_key(form, &key);
}

static void test_form(void)
{
    g_autoptr(Form) form = form_new(fields, 3, NULL);
    g_assert_cmpint(form_first_problem(form), ==, 0);
    g_assert_cmpint(press(form, K_PASTE, 0), ==, FORM_PASTE_REFUSED);
    g_assert_cmpint(press(form, K_CHAR, 'F'), ==, FORM_CHANGED);
    g_assert_cmpint(press(form, K_ENTER, 0), ==, FORM_MOVED); // goes on, sends nothing
    g_assert_cmpuint(form_focus(form), ==, 1);
    g_assert_cmpint(press(form, K_PASTE, 0), ==, FORM_CHANGED);
    g_assert_cmpint(press(form, K_PASTE, 0), ==, FORM_FULL);
    g_assert_cmpint(form_first_problem(form), ==, -1);
    form_set_text(form, 2, "-");
    g_assert_cmpint(form_first_problem(form), ==, 2);
    g_assert_cmpint(press(form, K_UP, 0), ==, FORM_MOVED);
    g_assert_cmpuint(form_focus(form), ==, 0);
    g_assert_cmpint(press(form, K_ESC, 0), ==, FORM_IGNORED);
}

static void test_form_draw(void)
{
    g_autoptr(Form) form = form_new(fields, 3, NULL);
    g_autoptr(Grid) grid = grid_new(40, 4, false);
    Canvas canvas = canvas_of(grid);
    press(form, K_TAB, 0);
    form_draw(form, &canvas);
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==,
                    "Type t…pprove                   Say why.\n"
                    "       Reason why now\n"
                    "       Ticket\n\n");
    for (int width = 0; width <= 60; width++) {
        g_autoptr(Grid) other = grid_new(width, width / 3, true);
        Canvas sized = canvas_of(other);
        form_draw(form, &sized);
    }
}

static void complete(const char *text, GPtrArray *candidates, gpointer data)
{
    static const char *const words[] = {"region westeurope", "region eastus", "roles", "quit"};
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_has_prefix(words[i], text))
            g_ptr_array_add(candidates, g_strdup(words[i]));
}

static PromptResult prompt_press(Prompt *prompt, KeyCode code, gunichar ch)
{
    KeyEvent key = {.code = code, .ch = ch};
    return prompt_key(prompt, &key);
}

static void test_prompt(void)
{
    g_autoptr(Prompt) prompt = prompt_new(":", complete, NULL);
    prompt_open(prompt, NULL);
    g_assert_cmpint(prompt_press(prompt, K_CHAR, 'r'), ==, PROMPT_CHANGED);
    prompt_press(prompt, K_CHAR, 'e');
    prompt_press(prompt, K_TAB, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "region ");
    prompt_press(prompt, K_TAB, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "region westeurope");
    prompt_press(prompt, K_TAB, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "region eastus");
    g_assert_cmpint(prompt_press(prompt, K_ENTER, 0), ==, PROMPT_ACCEPTED);
    prompt_open(prompt, "x");
    g_assert_cmpint(prompt_press(prompt, K_TAB, 0), ==, PROMPT_MOVED);
    prompt_press(prompt, K_UP, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "region eastus");
    prompt_press(prompt, K_DOWN, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "");
    g_assert_cmpint(prompt_press(prompt, K_BACKSPACE, 0), ==, PROMPT_CANCELLED);
    g_assert_cmpint(prompt_press(prompt, K_ESC, 0), ==, PROMPT_CANCELLED);
}

static void test_prompt_history_bounded(void)
{
    g_autoptr(Prompt) prompt = prompt_new("/", NULL, NULL);
    for (int i = 0; i < 3 * PROMPT_HISTORY; i++) {
        g_autofree char *text = g_strdup_printf("entry %d", i);
        prompt_open(prompt, text);
        prompt_press(prompt, K_ENTER, 0);
    }
    prompt_open(prompt, NULL);
    for (int i = 0; i < 3 * PROMPT_HISTORY; i++)
        prompt_press(prompt, K_UP, 0);
    g_assert_cmpstr(prompt_text(prompt), ==, "entry 100");
}

static void test_prompt_draw(void)
{
    g_autoptr(Prompt) prompt = prompt_new(":", complete, NULL);
    prompt_open(prompt, "re");
    g_autoptr(Grid) grid = grid_new(50, 1, false);
    Canvas canvas = canvas_of(grid);
    prompt_draw(prompt, &canvas);
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==, ":re                   region westeurope  region ea\n");
}

static void fill_statement(Pager *pager, const char *loss)
{
    pager_begin(pager);
    pager_rule(pager, "Statement");
    pager_field(pager, "MOVE", ROLE_NORMAL, "payments to North Europe");
    pager_field(pager, "LOSS", ROLE_WARN, loss);
    pager_text(pager, ROLE_DIM, "LOSS none\033[2J\nreally");
}

static char *draw_pager(Pager *pager, int width, int height)
{
    g_autoptr(Grid) grid = grid_new(width, height, false);
    Canvas canvas = canvas_of(grid);
    pager_draw(pager, &canvas);
    return grid_text(grid);
}

static void test_pager(void)
{
    g_autoptr(Pager) pager = pager_new();
    fill_statement(pager, "up to 1m44s of writes");
    g_autofree char *text = draw_pager(pager, 20, 9);
    g_assert_cmpstr(text, ==,
                    "─ Statement ───────\n"
                    "MOVE payments to\n"
                    "     North Europe\n"
                    "LOSS up to 1m44s of\n"
                    "     writes\n"
                    "LOSS\n"
                    "none\\x1b[2J\\x0areal\n"
                    "ly\n\n");
    g_assert_true(pager_seen_all(pager));
}

// Rebuilding the text while it is read keeps the place, and what has been seen stays seen.
static void test_pager_seen(void)
{
    g_autoptr(Pager) pager = pager_new();
    g_assert_false(pager_seen_all(pager));
    for (int i = 0; i < 7; i++) {
        g_autofree char *loss = g_strdup_printf("up to %d s of writes", 10 + i);
        fill_statement(pager, loss);
        g_autofree char *text = draw_pager(pager, 20, 3);
        g_assert_cmpint(pager_seen_all(pager), ==, i >= 5);
        g_assert_true(pager_act(pager, PAGER_DOWN));
    }
    fill_statement(pager, "much longer than what was seen: this needs another line to be read");
    g_autofree char *text = draw_pager(pager, 20, 3);
    g_assert_false(pager_seen_all(pager));
    pager_act(pager, PAGER_FIRST);
    for (int i = 0; i < 9; i++) {
        g_autofree char *page = draw_pager(pager, 20, 3);
        pager_act(pager, PAGER_PAGE_DOWN);
    }
    g_assert_true(pager_seen_all(pager));
    pager_reset(pager);
    g_assert_false(pager_seen_all(pager));
    g_assert_false(pager_act(pager, 1));
}

static void fill_ages(Pager *pager, const char *age, bool also)
{
    g_autofree char *now = g_strdup_printf("down, probed %s ago", age);
    pager_again(pager);
    if (also)
        pager_field(pager, "ALSO", ROLE_NORMAL, "bob");
    pager_field(pager, "NOW", ROLE_NORMAL, now);
    pager_field(pager, "LOSS", ROLE_NORMAL, "none");
    pager_text(pager, ROLE_NORMAL, "the end");
}

// An age that grows by a digit while the last page is read does not make the first one unread; a line that
// comes in between has to be seen itself, and no other.
static void test_pager_ages(void)
{
    g_autoptr(Pager) pager = pager_new();
    for (int i = 0; i < 4; i++) {
        fill_ages(pager, i < 3 ? "9s" : "10s", false);
        g_autofree char *page = draw_pager(pager, 20, 2);
        g_assert_cmpint(pager_seen_all(pager), ==, i >= 2);
        pager_act(pager, PAGER_DOWN);
    }
    fill_ages(pager, "11s", true);
    g_autofree char *last = draw_pager(pager, 20, 2);
    g_assert_false(pager_seen_all(pager));
    pager_act(pager, PAGER_FIRST);
    g_autofree char *also = draw_pager(pager, 20, 2);
    g_assert_true(pager_seen_all(pager));
}

// Jumping to the end is not reading.
static void test_pager_jump(void)
{
    g_autoptr(Pager) pager = pager_new();
    pager_text(pager, ROLE_NORMAL,
               "one two three four five six seven eight nine ten eleven twelve");
    g_autofree char *first = draw_pager(pager, 14, 2);
    pager_act(pager, PAGER_LAST);
    g_autofree char *last = draw_pager(pager, 14, 2);
    g_assert_false(pager_seen_all(pager));
    pager_act(pager, PAGER_FIRST);
    for (int i = 0; i < 8; i++) {
        g_autofree char *page = draw_pager(pager, 14, 2);
        pager_act(pager, PAGER_PAGE_DOWN);
    }
    g_assert_true(pager_seen_all(pager));
    // In a sliver of a screen nothing can be read.
    pager_reset(pager);
    pager_text(pager, ROLE_NORMAL, "evil\033");
    g_autofree char *sliver = draw_pager(pager, 4, 9);
    g_assert_false(pager_seen_all(pager));
}

static void test_pager_bounded(void)
{
    g_autoptr(Pager) pager = pager_new();
    for (int i = 0; i < PAGER_MAX_BLOCKS + 100; i++)
        pager_text(pager, ROLE_NORMAL, "x");
    g_autofree char *start = draw_pager(pager, 70, 3);
    pager_act(pager, PAGER_LAST);
    g_autofree char *text = draw_pager(pager, 70, 3);
    g_assert_nonnull(strstr(text, "more was left out"));
}

static void test_pager_sizes(void)
{
    g_autoptr(Pager) pager = pager_new();
    fill_statement(pager, "東京 up to 1m44s \xff\xfe of writes 支社支社支社支社支社支社");
    for (int width = 0; width <= 60; width++)
        for (int height = 0; height <= 20; height++) {
            g_autofree char *text = draw_pager(pager, width, height);
            pager_act(pager, height % 2 ? PAGER_PAGE_DOWN : PAGER_PAGE_UP);
        }
}

static void test_message(void)
{
    Message message;
    message_init(&message);
    g_autoptr(Grid) grid = grid_new(12, 1, false);
    Canvas canvas = canvas_of(grid);
    g_assert_false(message_draw(&message, &canvas, 0));
    message_set(&message, ROLE_OK, 1000, "accepted %s", "op-4711");
    g_assert_true(message_draw(&message, &canvas, 1000));
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==, "accepted op…\n");
    g_assert_false(message_draw(&message, &canvas, 60000));
    message_set(&message, ROLE_ALARM, 1000, "refused");
    g_assert_true(message_draw(&message, &canvas, G_MAXINT64));
    message_clear(&message);
    g_assert_false(message_draw(&message, &canvas, 1000));
    message_release(&message);
}

// What is too long for a line takes as many as there are for it; only then it is cut.
static void test_long_message(void)
{
    static const struct {
        int most, lines;
        const char *text;
    } ROWS[] = {
        {4, 3, "refused, for a\nreason of more than\none line\n"},
        {2, 2, "refused, for a\nreason of more than…\n"},
        {1, 1, "refused, for a reas…\n"},
    };
    Message message;
    message_init(&message);
    message_set(&message, ROLE_ALARM, 1000, "refused, for a reason of more than one line");
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Grid) grid = grid_new(20, ROWS[i].lines, false);
        Canvas canvas = canvas_of(grid);
        g_assert_cmpint(message_height(&message, &canvas, 1000, ROWS[i].most), ==, ROWS[i].lines);
        g_assert_true(message_draw(&message, &canvas, 1000));
        g_autofree char *text = grid_text(grid);
        g_assert_cmpstr(text, ==, ROWS[i].text);
    }
    message_clear(&message);
    g_autoptr(Grid) grid = grid_new(20, 1, false);
    Canvas canvas = canvas_of(grid);
    g_assert_cmpint(message_height(&message, &canvas, 1000, 4), ==, 1);
    message_release(&message);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/edit", test_edit);
    g_test_add_func("/text/edit-control", test_edit_control);
    g_test_add_func("/text/edit-draw", test_edit_draw);
    g_test_add_func("/text/form", test_form);
    g_test_add_func("/text/form-draw", test_form_draw);
    g_test_add_func("/text/prompt", test_prompt);
    g_test_add_func("/text/prompt-history-bounded", test_prompt_history_bounded);
    g_test_add_func("/text/prompt-draw", test_prompt_draw);
    g_test_add_func("/text/pager", test_pager);
    g_test_add_func("/text/pager-seen", test_pager_seen);
    g_test_add_func("/text/pager-ages", test_pager_ages);
    g_test_add_func("/text/pager-jump", test_pager_jump);
    g_test_add_func("/text/pager-bounded", test_pager_bounded);
    g_test_add_func("/text/pager-sizes", test_pager_sizes);
    g_test_add_func("/text/message", test_message);
    g_test_add_func("/text/long-message", test_long_message);
    return g_test_run();
}
