#include "fault-vfs.h"

#include <sqlite3.h>
#include <string.h>

// Disks write whole sectors; a write may be torn between two of them.
enum { SECTOR = 512 };

// What became of one file since its last flush.
typedef struct {
    gint64 offset;
    GBytes *bytes; // NULL: cut off at offset
} Change;

typedef struct {
    GByteArray *flushed; // content as of the last flush
    GPtrArray *changes;  // Change, in order
    int flushes;
} Disk;

struct FaultVfs {
    sqlite3_vfs vfs; // first: SQLite hands it back
    sqlite3_vfs *real;
    GHashTable *disks; // base name → Disk
    gint64 room;
    int fail_flush;
};

typedef struct {
    sqlite3_file file; // first
    FaultVfs *vfs;
    Disk *disk; // NULL for files without a name
    sqlite3_file *real;
} FaultFile;

// ---- disks ----

static void change_free(gpointer data)
{
    Change *change = data;
    g_clear_pointer(&change->bytes, g_bytes_unref);
    g_free(change);
}

static void disk_free(gpointer data)
{
    Disk *disk = data;
    g_byte_array_unref(disk->flushed);
    g_ptr_array_unref(disk->changes);
    g_free(disk);
}

static Disk *disk_of(FaultVfs *vfs, const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    Disk *disk = g_hash_table_lookup(vfs->disks, name);
    if (!disk) {
        disk = g_new0(Disk, 1);
        disk->flushed = g_byte_array_new();
        disk->changes = g_ptr_array_new_with_free_func(change_free);
        g_hash_table_insert(vfs->disks, g_steal_pointer(&name), disk);
    }
    return disk;
}

static void disk_note(Disk *disk, gint64 offset, const void *bytes, gsize n)
{
    if (!disk)
        return;
    Change *change = g_new0(Change, 1);
    change->offset = offset;
    change->bytes = bytes ? g_bytes_new(bytes, n) : NULL;
    g_ptr_array_add(disk->changes, change);
}

static void apply_bytes(GByteArray *content, gint64 offset, const guint8 *bytes, gsize n)
{
    guint before = content->len;
    guint end = (guint)((gsize)offset + n);
    if (end > before) {
        g_byte_array_set_size(content, end);
        memset(content->data + before, 0, end - before);
    }
    memcpy(content->data + offset, bytes, n);
}

// Applies a change; with `rand` only some of its sectors, or nothing.
static void apply(GByteArray *content, const Change *change, GRand *rand)
{
    if (!change->bytes) {
        if (content->len > change->offset && (!rand || g_rand_boolean(rand)))
            g_byte_array_set_size(content, (guint)change->offset);
        return;
    }
    gsize n;
    const guint8 *bytes = g_bytes_get_data(change->bytes, &n);
    for (gsize at = 0; at < n; at += SECTOR)
        if (!rand || g_rand_int_range(rand, 0, 3) > 0)
            apply_bytes(content, change->offset + (gint64)at, bytes + at, MIN(SECTOR, n - at));
}

static void disk_flush(Disk *disk)
{
    for (guint i = 0; i < disk->changes->len; i++)
        apply(disk->flushed, g_ptr_array_index(disk->changes, i), NULL);
    g_ptr_array_set_size(disk->changes, 0);
    disk->flushes++;
}

// ---- files ----

#define REAL(f) (((FaultFile *)(f))->real)

static int file_close(sqlite3_file *file)
{
    return REAL(file)->pMethods->xClose(REAL(file));
}

static int file_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 offset)
{
    return REAL(file)->pMethods->xRead(REAL(file), bytes, n, offset);
}

// False if there is no room for the file to grow to `end`.
static bool take_room(FaultFile *file, sqlite3_int64 end)
{
    sqlite3_int64 size = 0;
    file->real->pMethods->xFileSize(file->real, &size);
    if (file->vfs->room < 0 || end <= size)
        return true;
    if (end - size > file->vfs->room)
        return false;
    file->vfs->room -= end - size;
    return true;
}

static int file_write(sqlite3_file *base, const void *bytes, int n, sqlite3_int64 offset)
{
    FaultFile *file = (FaultFile *)base;
    if (!take_room(file, offset + n))
        return SQLITE_FULL;
    disk_note(file->disk, offset, bytes, (gsize)n);
    return file->real->pMethods->xWrite(file->real, bytes, n, offset);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    FaultFile *file = (FaultFile *)base;
    disk_note(file->disk, size, NULL, 0);
    return file->real->pMethods->xTruncate(file->real, size);
}

static int file_sync(sqlite3_file *base, int flags)
{
    FaultFile *file = (FaultFile *)base;
    if (file->vfs->fail_flush && --file->vfs->fail_flush == 0)
        return SQLITE_IOERR_FSYNC;
    if (file->disk)
        disk_flush(file->disk);
    return file->real->pMethods->xSync(file->real, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return REAL(file)->pMethods->xFileSize(REAL(file), ret_size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xLock(REAL(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int file_check_lock(sqlite3_file *file, int *ret_held)
{
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), ret_held);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
    return REAL(file)->pMethods->xFileControl(REAL(file), op, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return REAL(file)->pMethods->xSectorSize(REAL(file));
}

static int file_traits(sqlite3_file *file)
{
    return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret_at)
{
    return REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, ret_at);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return REAL(file)->pMethods->xShmLock(REAL(file), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return REAL(file)->pMethods->xShmUnmap(REAL(file), remove);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

// ---- the file system ----

static int vfs_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    FaultVfs *vfs = (FaultVfs *)base;
    FaultFile *fault = (FaultFile *)file;
    *fault = (FaultFile){.vfs = vfs, .real = (sqlite3_file *)(fault + 1)};
    int rc = vfs->real->xOpen(vfs->real, name, fault->real, flags, ret_flags);
    if (rc == SQLITE_OK) {
        fault->file.pMethods = &METHODS;
        fault->disk = name ? disk_of(vfs, name) : NULL;
    }
    return rc;
}

// Removals count as lasting at once; no test here is about them.
static int vfs_delete(sqlite3_vfs *base, const char *name, int sync)
{
    FaultVfs *vfs = (FaultVfs *)base;
    Disk *disk = disk_of(vfs, name);
    g_byte_array_set_size(disk->flushed, 0);
    g_ptr_array_set_size(disk->changes, 0);
    return vfs->real->xDelete(vfs->real, name, sync);
}

FaultVfs *fault_vfs_new(const char *name)
{
    FaultVfs *vfs = g_new0(FaultVfs, 1);
    vfs->real = sqlite3_vfs_find(NULL);
    vfs->vfs = *vfs->real; // what is not about files goes straight to the real one
    vfs->vfs.zName = name;
    vfs->vfs.szOsFile = (int)sizeof(FaultFile) + vfs->real->szOsFile;
    vfs->vfs.xOpen = vfs_open;
    vfs->vfs.xDelete = vfs_delete;
    vfs->disks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, disk_free);
    vfs->room = -1;
    g_assert_cmpint(sqlite3_vfs_register(&vfs->vfs, 0), ==, SQLITE_OK);
    return vfs;
}

void fault_vfs_free(FaultVfs *vfs)
{
    if (!vfs)
        return;
    sqlite3_vfs_unregister(&vfs->vfs);
    g_hash_table_unref(vfs->disks);
    g_free(vfs);
}

void fault_vfs_set_room(FaultVfs *vfs, gint64 bytes)
{
    vfs->room = bytes;
}

void fault_vfs_fail_flush(FaultVfs *vfs, int n)
{
    vfs->fail_flush = n;
}

int fault_vfs_flushes(const FaultVfs *vfs, const char *suffix)
{
    int flushes = 0;
    GHashTableIter i;
    gpointer name, disk;
    g_hash_table_iter_init(&i, vfs->disks);
    while (g_hash_table_iter_next(&i, &name, &disk))
        if (g_str_has_suffix(name, suffix))
            flushes += ((const Disk *)disk)->flushes;
    return flushes;
}

void fault_vfs_baseline(FaultVfs *vfs, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *bytes = NULL;
        gsize n;
        g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
        Disk *disk = disk_of(vfs, path); // open files point to it
        g_byte_array_set_size(disk->flushed, 0);
        g_byte_array_append(disk->flushed, (const guint8 *)bytes, (guint)n);
        g_ptr_array_set_size(disk->changes, 0);
    }
}

void fault_vfs_cut_power(FaultVfs *vfs, const char *folder, GRand *rand)
{
    GHashTableIter i;
    gpointer name, value;
    g_hash_table_iter_init(&i, vfs->disks);
    while (g_hash_table_iter_next(&i, &name, &value)) {
        const Disk *disk = value;
        if (g_str_has_suffix(name, "-shm")) // memory, shared: gone
            continue;
        g_autoptr(GByteArray) left = g_byte_array_new();
        g_byte_array_append(left, disk->flushed->data, disk->flushed->len);
        for (guint n = 0; rand && n < disk->changes->len; n++)
            apply(left, g_ptr_array_index(disk->changes, n), rand);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_assert_true(g_file_set_contents(path, (const char *)left->data, (gssize)left->len, NULL));
    }
}
