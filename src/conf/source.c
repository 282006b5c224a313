#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/mistake.h"

// One line of the whole text.
typedef struct {
    guint file; // index of its name
    int line;
} Origin;

struct Source {
    GString *text;
    GPtrArray *files; // of char *: names as they are told
    GArray *origins;  // of Origin: by line of `text`, from 0
};

// While files are read: where we are in the syntax, which goes on over the borders of files.
typedef enum { IN_CODE, IN_TEXT, IN_COMMENT } State;

typedef struct {
    Source *source;
    GPtrArray *mistakes;
    State state;
    Origin opened; // where the text or comment that we are in begins
    int depth;
    bool failed;
} Scan;

static void add_file(Scan *scan, const char *path, int includes);

static void fail(Scan *scan, guint file, int line, char *text)
{
    mistakes_take(scan->mistakes, scan->source->files->pdata[file], line, NULL, text);
    scan->failed = true;
}

// ---- lines ----

static bool comment_starts(const char *at, const char *end)
{
    return *at == '#' || (at + 1 < end && at[0] == '/' && at[1] == '/');
}

static void open_state(Scan *scan, State state, Origin origin)
{
    scan->state = state;
    scan->opened = origin;
}

// Moves over one line, keeping track of texts, comments and nesting.
static void scan_line(Scan *scan, const char *line, const char *end, Origin origin)
{
    for (const char *at = line; at < end; at++) {
        if (scan->state == IN_TEXT) {
            if (*at == '\\')
                at++;
            else if (*at == '"')
                scan->state = IN_CODE;
        } else if (scan->state == IN_COMMENT) {
            if (at[0] == '*' && at + 1 < end && at[1] == '/') {
                scan->state = IN_CODE;
                at++;
            }
        } else if (comment_starts(at, end))
            return;
        else if (at[0] == '/' && at + 1 < end && at[1] == '*') {
            open_state(scan, IN_COMMENT, origin);
            at++;
        } else if (*at == '"')
            open_state(scan, IN_TEXT, origin);
        else if (strchr("([{", *at))
            scan->depth++;
        else if (strchr(")]}", *at))
            scan->depth--;
    }
}

// The path of an @include that stands on this line; NULL = there is none. The caller frees.
static char *include_of(const Scan *scan, const char *line, const char *end)
{
    static const char WORD[] = "@include";
    if (scan->state != IN_CODE)
        return NULL;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if ((gsize)(end - line) < strlen(WORD) || strncmp(line, WORD, strlen(WORD)) != 0)
        return NULL;
    const char *open = memchr(line, '"', (gsize)(end - line));
    const char *close = open ? memchr(open + 1, '"', (gsize)(end - open - 1)) : NULL;
    return close ? g_strndup(open + 1, (gsize)(close - open - 1)) : NULL;
}

static void include(Scan *scan, guint file, int line, const char *name, int includes)
{
    if (includes >= SOURCE_INCLUDES_MAX || scan->source->files->len >= SOURCE_FILES_MAX) {
        fail(scan, file, line,
             g_strdup_printf("\"%s\" is not included: files include each other more than %d deep, "
                             "or there are more than %d.",
                             name, SOURCE_INCLUDES_MAX, SOURCE_FILES_MAX));
        return;
    }
    g_autofree char *folder = g_path_get_dirname(scan->source->files->pdata[file]);
    g_autofree char *path =
        g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(folder, name, NULL);
    guint before = scan->mistakes->len;
    add_file(scan, path, includes + 1);
    if (scan->mistakes->len == before + 1) { // it could not be read: told where it was asked for
        Mistake *mistake = scan->mistakes->pdata[before];
        if (!mistake->line) {
            g_free(mistake->file);
            mistake->file = g_strdup(scan->source->files->pdata[file]);
            mistake->line = line;
        }
    }
}

static void add_lines(Scan *scan, guint file, const char *bytes, gsize length, int includes)
{
    const char *stop = bytes + length;
    int number = 0;
    for (const char *line = bytes; line < stop && !scan->failed;) {
        const char *end = memchr(line, '\n', (gsize)(stop - line));
        end = end ? end : stop;
        number++;
        g_autofree char *name = include_of(scan, line, end);
        if (name)
            include(scan, file, number, name, includes);
        else {
            Origin origin = {file, number};
            scan_line(scan, line, end, origin);
            g_array_append_val(scan->source->origins, origin);
            g_string_append_len(scan->source->text, line, end - line);
            g_string_append_c(scan->source->text, '\n');
        }
        if (scan->depth > SOURCE_DEPTH_MAX)
            fail(scan, file, number,
                 g_strdup_printf("braces, brackets and parentheses stand more than %d deep within "
                                 "each other here.",
                                 SOURCE_DEPTH_MAX));
        line = end + 1;
    }
}

// ---- files ----

// The bytes of a file; NULL with the reason. Directories and devices are no configuration.
static char *read_bytes(const char *path, gsize max, gsize *ret_length, char **ret_why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *bytes = NULL;
    if (fd < 0 || fstat(fd, &info) < 0)
        *ret_why = g_strdup_printf("\"%s\" cannot be read: %s.", path, g_strerror(errno));
    else if (!S_ISREG(info.st_mode))
        *ret_why = g_strdup_printf("\"%s\" is not a file.", path);
    else if (info.st_size > (goffset)max)
        *ret_why = g_strdup_printf("\"%s\" is too large: at most %d MiB are read in all.", path,
                                   SOURCE_BYTES_MAX / 1024 / 1024);
    else {
        bytes = g_malloc((gsize)info.st_size + 1);
        gssize n, total = 0;
        while (total < info.st_size &&
               (n = read(fd, bytes + total, (gsize)(info.st_size - total))) > 0)
            total += n;
        bytes[total] = '\0';
        *ret_length = (gsize)total;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static int line_of(const char *bytes, const char *at)
{
    int line = 1;
    for (; bytes < at; bytes++)
        line += *bytes == '\n';
    return line;
}

// `path` as it is told; it becomes the origin of its lines.
static void add_file(Scan *scan, const char *path, int includes)
{
    guint file = scan->source->files->len;
    char *why = NULL;
    gsize length = 0;
    g_ptr_array_add(scan->source->files, g_strdup(path));
    g_autofree char *bytes =
        read_bytes(path, SOURCE_BYTES_MAX - scan->source->text->len, &length, &why);
    const char *bad;
    if (!bytes)
        fail(scan, file, 0, why);
    else if (!g_utf8_validate_len(bytes, length, &bad))
        fail(scan, file, line_of(bytes, bad), g_strdup("a byte here is no text in UTF-8."));
    else
        add_lines(scan, file, bytes, length, includes);
}

Source *source_load(const char *path, GPtrArray *mistakes)
{
    g_autoptr(Source) source = g_new0(Source, 1);
    source->text = g_string_new(NULL);
    source->files = g_ptr_array_new_with_free_func(g_free);
    source->origins = g_array_new(FALSE, FALSE, sizeof(Origin));
    Scan scan = {.source = source, .mistakes = mistakes};
    add_file(&scan, path, 0);
    if (!scan.failed &&
        scan.state != IN_CODE) // libconfig would not notice a comment, and leak a text
        fail(&scan, scan.opened.file, scan.opened.line,
             g_strdup_printf("a %s begins here and is never closed.",
                             scan.state == IN_TEXT ? "text" : "comment"));
    return scan.failed ? NULL : g_steal_pointer(&source);
}

void source_free(Source *source)
{
    if (!source)
        return;
    g_string_free(source->text, TRUE);
    g_ptr_array_unref(source->files);
    g_array_unref(source->origins);
    g_free(source);
}

const char *source_text(const Source *source)
{
    return source->text->str;
}

static Origin origin_of(const Source *source, guint line)
{
    guint n = source->origins->len;
    if (!n)
        return (Origin){0, 0};
    return g_array_index(source->origins, Origin, CLAMP(line, 1, n) - 1);
}

const char *source_file(const Source *source, guint line)
{
    return source->files->pdata[origin_of(source, line).file];
}

int source_line(const Source *source, guint line)
{
    return origin_of(source, line).line;
}
