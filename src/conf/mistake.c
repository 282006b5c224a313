#include "conf/mistake.h"

#include "base/text.h"

static void mistake_free(gpointer data)
{
    Mistake *mistake = data;
    g_free(mistake->file);
    g_free(mistake->path);
    g_free(mistake->text);
    g_free(mistake);
}

GPtrArray *mistakes_new(void)
{
    return g_ptr_array_new_with_free_func(mistake_free);
}

Mistake *mistakes_take(GPtrArray *mistakes, const char *file, int line, const char *path,
                       char *text)
{
    if (mistakes_full(mistakes)) {
        g_free(text);
        return NULL;
    }
    Mistake *mistake = g_new0(Mistake, 1);
    bool last = mistakes->len == MISTAKES_MAX;
    mistake->file = g_strdup(file ? file : "");
    mistake->path = g_strdup(path && !last ? path : "");
    mistake->line = last ? 0 : line;
    mistake->rank = last ? G_MAXUINT : 0;
    mistake->text = last ? g_strdup("there are more mistakes, which are not listed.") : text;
    g_ptr_array_add(mistakes, mistake);
    if (last)
        g_free(text);
    return last ? NULL : mistake;
}

bool mistakes_full(const GPtrArray *mistakes)
{
    return mistakes->len > MISTAKES_MAX;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Mistake *x = *(const Mistake *const *)a, *y = *(const Mistake *const *)b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

void mistakes_sort(GPtrArray *mistakes)
{
    g_ptr_array_sort(mistakes, compare); // stable: what was found first at a place stays first
}

char *mistake_format(const Mistake *mistake)
{
    g_autoptr(GString) line = g_string_new(mistake->file);
    if (mistake->line)
        g_string_append_printf(line, ":%d", mistake->line);
    if (*mistake->path)
        g_string_append_printf(line, "%s%s", line->len ? ": " : "", mistake->path);
    g_string_append_printf(line, ": %s", mistake->text);
    return text_escape(line->str);
}

char *mistakes_format(const GPtrArray *mistakes)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < mistakes->len; i++) {
        g_autofree char *line = mistake_format(mistakes->pdata[i]);
        g_string_append_printf(all, "%s%s", i ? "\n" : "", line);
    }
    return g_string_free(all, FALSE);
}

char *mistakes_count(const GPtrArray *mistakes)
{
    return mistakes_full(mistakes)
               ? g_strdup_printf("More than %d mistakes.", MISTAKES_MAX)
               : g_strdup_printf("%u mistake%s.", mistakes->len, text_plural(mistakes->len));
}
