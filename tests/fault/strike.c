// Kills the daemon at a write to its store, at one chosen moment of it. Preloaded (LD_PRELOAD): it stands between the daemon
// and SQLite, knows by the entries that are bound what a transaction is about, and ends the process with SIGKILL.
//
// In the directory SB_STRIKE:
//     plan     what is to be struck: lines of "MOMENT GLOB"; may come, change and go while the daemon runs
//     struck   what was: "MOMENT LABEL"; a label is struck once at each moment, and so are proposals, which have a name
//              of their own each time
//     writes   the labels of all transactions that were committed, in order
//
// A label is "ACTION OBJECT" of the audit record that is written, several joined by " + "; without one, the keys that
// change. The moments of a transaction:
//     before     nothing of it is in the file
//     torn       half of its last page is
//     unflushed  all of it is, and was not flushed yet
//     after      it is durable; nobody was answered
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LABEL_MAX = 2000, LINE_LONG = LABEL_MAX + 40, PATH_LONG = 600, FRAME_HEADER = 24 };

#define PROPOSAL "operation.proposed "

typedef enum { MOMENT_NONE, BEFORE, TORN, UNFLUSHED, AFTER, MOMENTS } Moment;

static const char *const MOMENT_NAMES[MOMENTS] = {"", "before", "torn", "unflushed", "after"};

static char key[LABEL_MAX];     // of the entry that is being bound
static char records[LABEL_MAX]; // of the audit records in the transaction
static char keys[LABEL_MAX];    // that it changes, where there is no record
static Moment due;              // of the commit under way
static bool last_page;          // the next page that is written ends the transaction

static const char *label(void)
{
    return records[0] ? records : keys;
}

// ---- the files ----

static void path_of(char *path, const char *name)
{
    snprintf(path, PATH_LONG, "%s/%s", getenv("SB_STRIKE"), name);
}

static void append(const char *name, const char *moment)
{
    char path[PATH_LONG], line[LINE_LONG];
    path_of(path, name);
    int n = snprintf(line, sizeof line, "%s%s%s\n", moment, *moment ? " " : "", label());
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, (size_t)n) != n)
        abort();
    close(fd);
}

// A blank stands behind the label, too: " *" ends a number.
static bool is_planned(const char *glob)
{
    char text[LABEL_MAX + 1];
    snprintf(text, sizeof text, "%s ", label());
    return fnmatch(glob, text, 0) == 0;
}

static bool was_struck(const char *before)
{
    const char *proposal = strstr(label(), PROPOSAL);
    return strcmp(before, label()) == 0 ||
           (proposal &&
            strncmp(before, label(), (size_t)(proposal - label()) + strlen(PROPOSAL)) == 0);
}

// Whether a line of the file is for that moment, and fits the label.
static bool has_line(const char *name, const char *moment, bool (*fits)(const char *rest))
{
    char path[PATH_LONG], line[LINE_LONG];
    path_of(path, name);
    FILE *file = fopen(path, "re");
    bool found = false;
    size_t n = strlen(moment);
    while (file && !found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        found = strncmp(line, moment, n) == 0 && line[n] == ' ' && fits(line + n + 1);
    }
    if (file)
        fclose(file);
    return found;
}

static Moment moment_due(void)
{
    for (Moment moment = BEFORE; moment < MOMENTS; moment++)
        if (label()[0] && has_line("plan", MOMENT_NAMES[moment], is_planned) &&
            !has_line("struck", MOMENT_NAMES[moment], was_struck))
            return moment;
    return MOMENT_NONE;
}

static void strike(void)
{
    append("struck", MOMENT_NAMES[due]);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

// ---- what a transaction is about ----

static void add(char *list, const char *first, size_t n, const char *second, size_t m)
{
    size_t used = strlen(list);
    snprintf(list + used, LABEL_MAX - used, "%s%.*s%s%.*s", used ? " + " : "", (int)n, first,
             m ? " " : "", (int)m, second);
}

// The text of a field of canonical JSON.
static const char *field(const char *json, size_t size, const char *name, size_t *ret_n)
{
    const char *at = memmem(json, size, name, strlen(name));
    if (!at)
        return NULL;
    at += strlen(name);
    const char *end = memchr(at, '"', (size_t)(json + size - at));
    *ret_n = end ? (size_t)(end - at) : 0;
    return at;
}

// Numbers as "#", each kind of key once: what is counted on has another key each time.
static void note_key(void)
{
    char kind[LABEL_MAX];
    size_t n = 0;
    for (const char *at = key; *at; at++)
        if (*at < '0' || *at > '9' || n == 0 || kind[n - 1] != '#')
            kind[n++] = *at >= '0' && *at <= '9' ? '#' : *at;
    kind[n] = 0;
    if (!strstr(keys, kind))
        add(keys, kind, n, "", 0);
}

static void note_entry(const char *value, size_t size)
{
    size_t n = 0, m = 0;
    if (strncmp(key, "audit/record/", 13) == 0) {
        const char *action = field(value, size, "\"action\":\"", &n);
        const char *object = field(value, size, "\"object\":\"", &m);
        if (action && object)
            add(records, action, n, object, m);
    } else if (strncmp(key, "audit/", 6) != 0)
        note_key();
}

static bool is(sqlite3_stmt *statement, const char *begins)
{
    const char *sql = sqlite3_sql(statement);
    return sql && strncmp(sql, begins, strlen(begins)) == 0;
}

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

int sqlite3_bind_text(sqlite3_stmt *statement, int i, const char *text, int n,
                      void (*release)(void *))
{
    static int (*inner)(sqlite3_stmt *, int, const char *, int, void (*)(void *));
    if (!inner)
        *(void **)&inner = real("sqlite3_bind_text");
    if (i == 1 && (is(statement, "INSERT INTO entry") || is(statement, "DELETE FROM entry"))) {
        snprintf(key, sizeof key, "%s", text);
        if (is(statement, "DELETE"))
            note_entry("", 0);
    }
    return inner(statement, i, text, n, release);
}

int sqlite3_bind_blob64(sqlite3_stmt *statement, int i, const void *data, sqlite3_uint64 n,
                        void (*release)(void *))
{
    static int (*inner)(sqlite3_stmt *, int, const void *, sqlite3_uint64, void (*)(void *));
    if (!inner)
        *(void **)&inner = real("sqlite3_bind_blob64");
    if (is(statement, "INSERT INTO entry"))
        note_entry(data, n);
    return inner(statement, i, data, n, release);
}

int sqlite3_step(sqlite3_stmt *statement)
{
    static int (*inner)(sqlite3_stmt *);
    if (!inner)
        *(void **)&inner = real("sqlite3_step");
    if (is(statement, "BEGIN"))
        records[0] = keys[0] = 0;
    bool commits = is(statement, "COMMIT") && getenv("SB_STRIKE") && label()[0];
    due = commits ? moment_due() : MOMENT_NONE;
    last_page = false;
    int rc = inner(statement);
    if (due && rc == SQLITE_DONE)
        strike();
    if (commits && rc == SQLITE_DONE)
        append("writes", "");
    return rc;
}

// ---- the bytes ----

// Of a frame's header the second word is the size of the database, in the last frame of a transaction; else 0.
static bool ends_transaction(const unsigned char *header)
{
    return header[4] || header[5] || header[6] || header[7];
}

static ssize_t write_at(int fd, const void *data, size_t n, off64_t at, const char *name)
{
    ssize_t (*inner)(int, const void *, size_t, off64_t);
    *(void **)&inner = real(name);
    if (due == BEFORE)
        strike();
    if (due == MOMENT_NONE || due == AFTER)
        return inner(fd, data, n, at);
    bool last = last_page;
    last_page = n == FRAME_HEADER && ends_transaction(data);
    ssize_t written = inner(fd, data, last && due == TORN ? n / 2 : n, at);
    if (last)
        strike();
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    return write_at(fd, data, n, at, "pwrite");
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    return write_at(fd, data, n, at, "pwrite64");
}
