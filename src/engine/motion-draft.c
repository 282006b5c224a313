// A motion's draft: copies of what it changes, its audit records, what is told, what is put into the store.
#include "engine/motion.h"

static void free_put(gpointer data)
{
    MotionPut *put = data;
    g_free(put->key);
    g_free(put->text);
    g_free(put);
}

static void free_operation(gpointer data)
{
    operation_free(data);
}

static void free_record(gpointer data)
{
    group_record_free(data);
}

static void free_audit(gpointer data)
{
    audit_record_free(data);
}

static void free_change(gpointer data)
{
    change_free(data);
}

Motion *motion_new(const char *what, bool (*prepare)(Engine *, Motion *, GError **))
{
    Motion *motion = g_new0(Motion, 1);
    motion->what = what;
    motion->prepare = prepare;
    motion->others = g_ptr_array_new_with_free_func(free_operation);
    motion->records = g_ptr_array_new_with_free_func(free_record);
    motion->audit = g_ptr_array_new_with_free_func(free_audit);
    motion->changes = g_ptr_array_new_with_free_func(free_change);
    motion->puts = g_ptr_array_new_with_free_func(free_put);
    return motion;
}

static void drop_automation(Motion *motion)
{
    if (motion->automation)
        automation_record_release(motion->automation);
    g_clear_pointer(&motion->automation, g_free);
}

static void drop_value(Motion *motion)
{
    g_clear_pointer(&motion->entry, g_free);
    if (motion->value)
        motion->free_value(motion->value);
    motion->value = NULL;
}

// Back to before prepare.
void motion_clear(Motion *motion)
{
    g_clear_pointer(&motion->operation, operation_free);
    motion->fresh = false;
    g_ptr_array_set_size(motion->others, 0);
    drop_automation(motion);
    g_ptr_array_set_size(motion->records, 0);
    g_ptr_array_set_size(motion->audit, 0);
    g_ptr_array_set_size(motion->changes, 0);
    g_ptr_array_set_size(motion->puts, 0);
    drop_value(motion);
    g_clear_error(&motion->answer);
    g_clear_error(&motion->error);
    motion->state = ANSWER_NONE;
    motion->guarded = false;
}

void motion_free(Motion *motion)
{
    if (!motion)
        return;
    motion_clear(motion);
    if (motion->free_request)
        motion->free_request(motion->request);
    person_release(&motion->person);
    g_clear_pointer(&motion->texts, g_string_chunk_free);
    g_ptr_array_unref(motion->others);
    signature_check_release(&motion->check);
    g_ptr_array_unref(motion->records);
    g_ptr_array_unref(motion->audit);
    g_ptr_array_unref(motion->changes);
    g_ptr_array_unref(motion->puts);
    g_free(motion->key);
    g_free(motion->content);
    g_free(motion->object);
    g_free(motion);
}

Operation *motion_operation(Motion *motion, const Operation *operation)
{
    if (!motion->operation)
        motion->operation = operation_copy(operation);
    return motion->operation;
}

Operation *motion_drafted(const Motion *motion, const char *id)
{
    if (motion->operation && g_strcmp0(motion->operation->id, id) == 0)
        return motion->operation;
    for (guint i = 0; i < motion->others->len; i++) {
        Operation *operation = motion->others->pdata[i];
        if (g_strcmp0(operation->id, id) == 0)
            return operation;
    }
    return NULL;
}

Operation *motion_other(Motion *motion, const Operation *operation)
{
    Operation *copy = motion_drafted(motion, operation->id);
    if (!copy) {
        copy = operation_copy(operation);
        g_ptr_array_add(motion->others, copy);
    }
    return copy;
}

GroupRecord *motion_record(Engine *engine, Motion *motion, const char *group)
{
    for (guint i = 0; i < motion->records->len; i++) {
        GroupRecord *record = motion->records->pdata[i];
        if (g_str_equal(record->group, group))
            return record;
    }
    const GroupLive *live = world_live(engine, group);
    if (!live)
        return NULL;
    GroupRecord *copy = group_record_copy(live->record);
    g_ptr_array_add(motion->records, copy);
    return copy;
}

AuditRecord *motion_audit(Motion *motion, const char *actor, const char *action, const char *kind,
                          const char *name)
{
    g_autofree char *object = name ? g_strconcat(kind, "/", name, NULL) : g_strdup(kind);
    AuditRecord *record = audit_record_new(actor, action, object);
    g_ptr_array_add(motion->audit, record);
    return record;
}

void motion_say(Motion *motion, Severity severity, const char *kind, const char *name,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Change *change = g_new0(Change, 1);
    change->severity = severity;
    change->object = name ? g_strconcat(kind, "/", name, NULL) : g_strdup(kind);
    change->text = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(motion->changes, change);
}

void motion_say_of(Motion *motion, Severity severity, const Operation *operation,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    motion_say(motion, severity, "operation", operation->id, "%s of %s: %s",
               word_of(&OPERATION_KIND_NAMES, (int)operation->kind),
               operation->region ? operation->region : operation->group, text);
}

void motion_put(Motion *motion, char *key, char *text, bool absent)
{
    MotionPut *put = g_new0(MotionPut, 1);
    put->key = key;
    put->text = text;
    put->absent = absent;
    g_ptr_array_add(motion->puts, put);
}

void motion_draft(Motion *motion, char *entry, gpointer value, GDestroyNotify free_value)
{
    drop_value(motion);
    motion->entry = entry;
    motion->value = value;
    motion->free_value = free_value;
}

gpointer motion_take_value(Motion *motion)
{
    return g_steal_pointer(&motion->value);
}
