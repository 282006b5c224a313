#include "client/journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/id.h"
#include "wire/json.h"
#include "wire/operation.h"

enum { ENTRY_MAX = 256 * 1024, KEEP_DAYS = 90 };

static const char *const FATES[FATE_COUNT] = {"unknown", "recorded", "refused", "lost"};
const NameTable FATE_NAMES = NAME_TABLE("fate", FATES);

struct Journal {
    char *directory;
};

void journal_entry_free(JournalEntry *entry)
{
    if (!entry)
        return;
    signoff_free(entry->signoff);
    g_free(entry->endpoint);
    g_free(entry->answer);
    g_free(entry);
}

char *journal_directory(void)
{
    return g_build_filename(g_get_user_state_dir(), "signalbox", NULL);
}

Journal *journal_open(const char *directory, GError **error)
{
    if (g_mkdir_with_parents(directory, 0700) != 0) {
        g_set_error(error, ERR, ERR_INTERNAL, "The journal's directory %s cannot be made: %s.",
                    directory, g_strerror(errno));
        return NULL;
    }
    Journal *journal = g_new0(Journal, 1);
    journal->directory = g_strdup(directory);
    return journal;
}

void journal_free(Journal *journal)
{
    if (!journal)
        return;
    g_free(journal->directory);
    g_free(journal);
}

static char *path_of(const Journal *journal, const char *id)
{
    g_autofree char *name = g_strdup_printf("signoff-%s.json", id);
    return g_build_filename(journal->directory, name, NULL);
}

static char *entry_text(const JournalEntry *entry)
{
    g_autoptr(json_t) json = json_object();
    json_object_set_new(json, "signoff", signoff_to_json(entry->signoff));
    wire_set_text(json, "fate", name_of(&FATE_NAMES, (int)entry->fate));
    wire_set_time_ms(json, "sent_at", entry->sent_ms);
    wire_set_time_ms(json, "settled_at", entry->settled_ms);
    wire_set_text(json, "endpoint", entry->endpoint);
    wire_set_text(json, "answer", entry->answer);
    return wire_format(json);
}

bool journal_write(const Journal *journal, const JournalEntry *entry, GError **error)
{
    if (!id_is_valid(entry->signoff->id)) {
        g_set_error_literal(error, ERR, ERR_INVALID,
                            "A sign-off in the journal needs an id of ours.");
        return false;
    }
    g_autofree char *path = path_of(journal, entry->signoff->id);
    g_autofree char *text = entry_text(entry);
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents_full(path, text, (gssize)strlen(text),
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &why))
        return true;
    bool full = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_set_error(error, ERR, full ? ERR_NO_SPACE : ERR_INTERNAL,
                "The journal could not be written, so nothing was sent: %s.", why->message);
    return false;
}

static JournalEntry *entry_from_json(json_t *json, GError **error)
{
    g_autoptr(GError) why = NULL;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    JournalEntry *entry = g_new0(JournalEntry, 1);
    entry->fate = (Fate)wire_choice(&root, "fate", FATES, FATE_COUNT);
    entry->sent_ms = wire_time_ms_opt(&root, "sent_at");
    entry->settled_ms = wire_time_ms_opt(&root, "settled_at");
    entry->endpoint = g_strdup(wire_text_opt(&root, "endpoint", NULL));
    entry->answer = g_strdup(wire_text_opt(&root, "answer", NULL));
    WireAt signoff = wire_object(&root, "signoff");
    bool ok = wire_reader_finish(&reader, error);
    entry->signoff = ok ? signoff_from_json(signoff.value, WIRE_LENIENT, error) : NULL;
    if (entry->signoff)
        return entry;
    journal_entry_free(entry);
    return NULL;
}

static JournalEntry *read_entry(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &text, &size, error))
        return NULL;
    g_autoptr(json_t) json = wire_parse("The journal's entry", text, size, ENTRY_MAX, error);
    return json ? entry_from_json(json, error) : NULL;
}

static void free_entry(gpointer data)
{
    journal_entry_free(data);
}

static int compare_entries(gconstpointer a, gconstpointer b)
{
    const JournalEntry *x = *(JournalEntry *const *)a, *y = *(JournalEntry *const *)b;
    return (x->sent_ms > y->sent_ms) - (x->sent_ms < y->sent_ms);
}

static void take_file(const char *path, gint64 now_ms, GPtrArray *entries, GPtrArray *broken)
{
    g_autoptr(GError) error = NULL;
    JournalEntry *entry = read_entry(path, &error);
    if (!entry) {
        if (broken)
            g_ptr_array_add(broken, g_strdup_printf("%s: %s", path, error->message));
        return;
    }
    bool old = entry->fate != FATE_UNKNOWN &&
               now_ms - entry->sent_ms > (gint64)KEEP_DAYS * 24 * 3600 * 1000;
    if (old) {
        unlink(path);
        journal_entry_free(entry);
        return;
    }
    g_ptr_array_add(entries, entry);
}

GPtrArray *journal_read(const Journal *journal, gint64 now_ms, GPtrArray *ret_broken)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func(free_entry);
    g_autoptr(GDir) dir = g_dir_open(journal->directory, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        if (!g_str_has_prefix(name, "signoff-") || !g_str_has_suffix(name, ".json"))
            continue;
        g_autofree char *path = g_build_filename(journal->directory, name, NULL);
        take_file(path, now_ms, entries, ret_broken);
    }
    g_ptr_array_sort(entries, compare_entries);
    return entries;
}
