// Fuzzed: the journal of sign-offs, which the console reads at its start, whatever the disk did to it. As fuzz-wire.c:
// libFuzzer's entry with -DFUZZER, else the corpus and what comes of cutting and changing it.
//
// What must hold: a file is an entry or it is told as broken, never both and never neither
// (unless it was settled long ago: then it is removed); and an entry that is
// written again is read the same.
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "client/journal.h"
#include "wire/operation.h"
#include "replay.h"

static char *directory; // one for the whole run

static char *path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static void begin(void)
{
    if (directory)
        return;
    g_autoptr(GError) error = NULL;
    directory = g_dir_make_tmp("sb-journal-XXXXXX", &error);
    g_assert_no_error(error);
}

static void empty(void)
{
    GDir *entries = g_dir_open(directory, 0, NULL);
    const char *name;
    while (entries && (name = g_dir_read_name(entries))) {
        g_autofree char *path = path_of(name);
        g_unlink(path);
    }
    if (entries)
        g_dir_close(entries);
}

static void free_entry(gpointer data)
{
    journal_entry_free(data);
}

// Written under its own id and read back, it is the same.
static void check_again(const Journal *journal, const JournalEntry *entry)
{
    g_autoptr(GError) error = NULL;
    empty();
    if (!journal_write(journal, entry, &error))
        return; // an id that is none
    g_autoptr(GPtrArray) broken = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) again = journal_read(journal, entry->sent_ms, broken);
    g_ptr_array_set_free_func(again, free_entry);
    g_assert_cmpuint(broken->len, ==, 0);
    if (!again->len) // settled, and old
        return;
    const JournalEntry *read = again->pdata[0];
    g_autoptr(json_t) a = signoff_to_json(entry->signoff);
    g_autoptr(json_t) b = signoff_to_json(read->signoff);
    g_assert_true(json_equal(a, b) && read->fate == entry->fate && read->sent_ms == entry->sent_ms);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n)
{
    begin();
    empty();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of("signoff-so-1.json");
    if (!g_file_set_contents(path, (const char *)bytes, (gssize)n, &error))
        g_error("%s", error->message);
    Journal *journal = journal_open(directory, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) broken = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) entries = journal_read(journal, 0, broken);
    g_ptr_array_set_free_func(entries, free_entry);
    bool removed = !g_file_test(path, G_FILE_TEST_EXISTS); // settled, and old
    g_assert_cmpuint(entries->len + broken->len + removed, ==, 1);
    if (entries->len)
        check_again(journal, entries->pdata[0]);
    journal_free(journal);
    return 0;
}

#ifndef FUZZER
int main(int argc, char **argv)
{
    int status = replay_run(argc, argv, "corpus-journal", 97);
    if (directory) {
        empty();
        g_rmdir(directory);
    }
    return status;
}
#endif
