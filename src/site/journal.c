#include "site/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

struct SiteJournal {
    char *path;
    char *temporary;
    int fd;
    int lock_fd;
    GString *pending;
    gsize size;
};

static bool fail(GError **error, const char *what, const char *path)
{
    ErrCode code = errno == ENOSPC || errno == EDQUOT ? ERR_NO_SPACE : ERR_INTERNAL;
    g_set_error(error, ERR, code, "Cannot %s %s: %s.", what, path, g_strerror(errno));
    return false;
}

static bool write_all(int fd, const char *bytes, gsize n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        n -= (gsize)done;
    }
    return true;
}

static bool read_lines(SiteJournal *journal, char *text, SiteJournalLine line, gpointer data,
                       GError **error)
{
    guint number = 0;
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        number++;
        g_auto(GStrv) words = g_strsplit(at, " ", JOURNAL_WORDS_MAX);
        guint n = g_strv_length(words);
        g_autoptr(GError) reason = NULL;
        if (n == 0 || line(words, n, data, &reason))
            continue;
        g_set_error(error, ERR, ERR_CORRUPT, "%s, line %u: %s", journal->path, number,
                    reason ? reason->message : "not understood.");
        return false;
    }
    return true;
}

static bool load(SiteJournal *journal, SiteJournalLine line, gpointer data, GError **error)
{
    struct stat info;
    if (fstat(journal->fd, &info) != 0)
        return fail(error, "look at", journal->path);
    if (info.st_size > JOURNAL_BYTES_MAX) {
        g_set_error(error, ERR, ERR_TOO_LARGE, "%s is over %d bytes.", journal->path,
                    JOURNAL_BYTES_MAX);
        return false;
    }
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) reason = NULL;
    if (!g_file_get_contents(journal->path, &text, &length, &reason)) {
        g_set_error(error, ERR, ERR_INTERNAL, "Cannot read %s: %s.", journal->path,
                    reason->message);
        return false;
    }
    // A cut-off last line is dropped from the file too, so that the next one does not grow onto it.
    const char *last = memrchr(text, '\n', length);
    gsize whole = last ? (gsize)(last - text) + 1 : 0;
    if (whole < length && ftruncate(journal->fd, (off_t)whole) != 0)
        return fail(error, "mend", journal->path);
    journal->size = whole;
    text[whole] = '\0';
    return read_lines(journal, text, line, data, error);
}

static bool take_lock(SiteJournal *journal, const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "lock", NULL);
    journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->lock_fd < 0)
        return fail(error, "open", path);
    if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    g_set_error(error, ERR, ERR_BUSY, "Another process uses the state directory %s.", dir);
    return false;
}

SiteJournal *site_journal_open(const char *dir, SiteJournalLine line, gpointer data, GError **error)
{
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        fail(error, "make", dir);
        return NULL;
    }
    g_autoptr(SiteJournal) journal = g_new0(SiteJournal, 1);
    journal->fd = journal->lock_fd = -1;
    journal->pending = g_string_new(NULL);
    journal->path = g_build_filename(dir, "journal", NULL);
    journal->temporary = g_build_filename(dir, "journal.new", NULL);
    if (!take_lock(journal, dir, error))
        return NULL;
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal->fd < 0) {
        fail(error, "open", journal->path);
        return NULL;
    }
    return load(journal, line, data, error) ? g_steal_pointer(&journal) : NULL;
}

void site_journal_close(SiteJournal *journal)
{
    if (!journal)
        return;
    if (journal->fd >= 0) {
        site_journal_flush(journal, false, NULL);
        close(journal->fd);
    }
    if (journal->lock_fd >= 0)
        close(journal->lock_fd);
    g_string_free(journal->pending, true);
    g_free(journal->path);
    g_free(journal->temporary);
    g_free(journal);
}

void site_journal_add(SiteJournal *journal, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(journal->pending, format, args);
    va_end(args);
    g_string_append_c(journal->pending, '\n');
}

bool site_journal_flush(SiteJournal *journal, bool sync, GError **error)
{
    if (journal->pending->len == 0)
        return true;
    if (!write_all(journal->fd, journal->pending->str, journal->pending->len)) {
        // Half a line may be there now; what waits begins on a line of its own.
        int reason = errno;
        if (ftruncate(journal->fd, (off_t)journal->size) != 0)
            g_string_prepend_c(journal->pending, '\n');
        errno = reason;
        return fail(error, "write", journal->path);
    }
    journal->size += journal->pending->len;
    g_string_truncate(journal->pending, 0);
    if (sync && fdatasync(journal->fd) != 0)
        return fail(error, "sync", journal->path);
    return true;
}

void site_journal_compact_begin(SiteJournal *journal)
{
    g_string_truncate(journal->pending, 0);
}

bool site_journal_compact_end(SiteJournal *journal, GError **error)
{
    int fd = open(journal->temporary, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, "open", journal->temporary);
    bool ok = write_all(fd, journal->pending->str, journal->pending->len) && fdatasync(fd) == 0 &&
              rename(journal->temporary, journal->path) == 0;
    if (!ok) {
        fail(error, "write", journal->temporary);
        close(fd);
        return false;
    }
    close(journal->fd);
    journal->fd = fd;
    journal->size = journal->pending->len;
    g_string_truncate(journal->pending, 0);
    return true;
}

gsize site_journal_size(const SiteJournal *journal)
{
    return journal->size;
}
