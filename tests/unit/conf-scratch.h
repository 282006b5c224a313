// A folder of files for one test of the configuration loaders, and mistakes as one text.
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "conf/mistake.h"

typedef struct {
    char *folder;
    GPtrArray *paths; // of char *: what was written
} Scratch;

static inline Scratch scratch_new(void)
{
    g_autoptr(GError) error = NULL;
    Scratch scratch = {g_dir_make_tmp("signalbox-conf-XXXXXX", &error),
                       g_ptr_array_new_with_free_func(g_free)};
    g_assert_no_error(error);
    return scratch;
}

// Writes a file; its path is owned by the scratch.
static inline const char *scratch_bytes(Scratch *scratch, const char *name, const char *bytes,
                                        gssize length)
{
    char *path = g_build_filename(scratch->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;
    g_mkdir_with_parents(folder, 0700);
    g_file_set_contents(path, bytes, length, &error);
    g_assert_no_error(error);
    g_ptr_array_add(scratch->paths, path);
    return path;
}

static inline const char *scratch_write(Scratch *scratch, const char *name, const char *text)
{
    return scratch_bytes(scratch, name, text, -1);
}

static inline void scratch_release(Scratch *scratch)
{
    for (guint i = 0; i < scratch->paths->len; i++) {
        g_autofree char *folder = g_path_get_dirname(scratch->paths->pdata[i]);
        g_unlink(scratch->paths->pdata[i]);
        if (strcmp(folder, scratch->folder) != 0)
            g_rmdir(folder);
    }
    g_rmdir(scratch->folder);
    g_free(scratch->folder);
    g_ptr_array_unref(scratch->paths);
}

// All mistakes, one a line, without the scratch's own path. The caller frees.
static inline char *scratch_tell(const Scratch *scratch, const GPtrArray *mistakes)
{
    g_autofree char *all = mistakes_format(mistakes);
    g_autofree char *prefix = g_strconcat(scratch->folder, "/", NULL);
    g_auto(GStrv) parts = g_strsplit(all, prefix, -1);
    return g_strjoinv("", parts);
}

// A file of the source tree. The caller frees.
static inline char *source_path(const char *name)
{
    const char *top = g_getenv("SB_TOP_SRCDIR");
    return g_build_filename(top ? top : ".", name, NULL);
}
