#include "engine/record.h"

static void free_intent(gpointer data)
{
    QuarantineIntent *intent = data;
    g_free(intent->workload);
    g_free(intent->location);
    g_free(intent->key);
    g_free(intent->by);
    g_free(intent->boot_id);
    g_free(intent);
}

static gpointer copy_intent(gconstpointer data, gpointer unused)
{
    QuarantineIntent *copy = g_new(QuarantineIntent, 1);
    (void)unused;
    *copy = *(const QuarantineIntent *)data;
    copy->workload = g_strdup(copy->workload);
    copy->location = g_strdup(copy->location);
    copy->key = g_strdup(copy->key);
    copy->by = g_strdup(copy->by);
    copy->boot_id = g_strdup(copy->boot_id);
    return copy;
}

void automation_record_release(AutomationRecord *automation)
{
    g_clear_pointer(&automation->why, g_free);
    g_clear_pointer(&automation->by, g_free);
}

bool automation_is_off(const AutomationRecord *automation, gint64 now_ms)
{
    return automation->off && now_ms < automation->until_ms;
}

GroupRecord *group_record_new(const char *group)
{
    GroupRecord *record = g_new0(GroupRecord, 1);
    record->group = g_strdup(group);
    record->quarantine = g_ptr_array_new_with_free_func(free_intent);
    return record;
}

GroupRecord *group_record_copy(const GroupRecord *record)
{
    GroupRecord *copy = g_new(GroupRecord, 1);
    *copy = *record;
    copy->group = g_strdup(record->group);
    copy->active = g_strdup(record->active);
    copy->automation.why = g_strdup(record->automation.why);
    copy->automation.by = g_strdup(record->automation.by);
    copy->operation = g_strdup(record->operation);
    copy->reviewed_by = g_strdup(record->reviewed_by);
    copy->review_note = g_strdup(record->review_note);
    copy->tested_by = g_strdup(record->tested_by);
    copy->quarantine = g_ptr_array_copy(record->quarantine, copy_intent, NULL);
    return copy;
}

void group_record_free(GroupRecord *record)
{
    if (!record)
        return;
    g_free(record->group);
    g_free(record->active);
    g_free(record->operation);
    g_free(record->reviewed_by);
    g_free(record->review_note);
    g_free(record->tested_by);
    automation_record_release(&record->automation);
    g_ptr_array_unref(record->quarantine);
    g_free(record);
}

QuarantineIntent *group_record_quarantine(const GroupRecord *record, const char *workload,
                                          const char *location)
{
    for (guint i = 0; i < record->quarantine->len; i++) {
        QuarantineIntent *intent = record->quarantine->pdata[i];
        if (g_str_equal(intent->workload, workload) && g_str_equal(intent->location, location))
            return intent;
    }
    return NULL;
}

void group_record_add_quarantine(GroupRecord *record, const QuarantineIntent *intent)
{
    group_record_drop_quarantine(record, intent->workload, intent->location);
    g_ptr_array_add(record->quarantine, copy_intent(intent, NULL));
}

void group_record_drop_quarantine(GroupRecord *record, const char *workload, const char *location)
{
    QuarantineIntent *intent = group_record_quarantine(record, workload, location);
    if (intent)
        g_ptr_array_remove(record->quarantine, intent);
}

json_t *automation_record_to_json(const AutomationRecord *automation)
{
    json_t *json = json_object();
    json_object_set_new(json, "off", json_boolean(automation->off));
    wire_set_text(json, "why", automation->why);
    wire_set_text(json, "by", automation->by);
    wire_set_time_ms(json, "until", automation->until_ms);
    return json;
}

static json_t *intent_to_json(const QuarantineIntent *intent)
{
    json_t *json = json_object();
    wire_set_text(json, "workload", intent->workload);
    wire_set_text(json, "location", intent->location);
    wire_set_text(json, "key", intent->key);
    wire_set_text(json, "by", intent->by);
    json_object_set_new(json, "epoch", json_integer(intent->epoch));
    wire_set_text(json, "boot_id", intent->boot_id);
    return json;
}

json_t *group_record_to_json(const GroupRecord *record)
{
    json_t *json = json_object();
    json_t *quarantine = json_array();
    for (guint i = 0; i < record->quarantine->len; i++)
        json_array_append_new(quarantine, intent_to_json(record->quarantine->pdata[i]));
    wire_set_text(json, "group", record->group);
    json_object_set_new(json, "epoch", json_integer(record->epoch));
    wire_set_text(json, "active", record->active);
    wire_set_text(json, "mode", name_of(&MODE_NAMES, (int)record->mode));
    wire_set_time_ms(json, "since", record->since_ms);
    json_object_set_new(json, "limited", json_boolean(record->limited));
    wire_set_time_ms(json, "rollback_until", record->rollback_until_ms);
    wire_set_time_ms(json, "antiflap_until", record->antiflap_until_ms);
    json_object_set_new(json, "automation", automation_record_to_json(&record->automation));
    json_object_set_new(json, "quarantine", quarantine);
    wire_set_text(json, "operation", record->operation);
    wire_set_time_ms(json, "reviewed", record->reviewed_ms);
    wire_set_text(json, "reviewed_by", record->reviewed_by);
    wire_set_text(json, "review_note", record->review_note);
    wire_set_time_ms(json, "tested", record->tested_ms);
    wire_set_text(json, "tested_by", record->tested_by);
    return json;
}

static AutomationRecord read_automation(const WireAt *at)
{
    return (AutomationRecord){.off = wire_bool_opt(at, "off", false),
                              .why = g_strdup(wire_text_opt(at, "why", NULL)),
                              .by = g_strdup(wire_text_opt(at, "by", NULL)),
                              .until_ms = wire_time_ms_opt(at, "until")};
}

bool automation_record_from_json(json_t *json, AutomationRecord *ret_automation, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    AutomationRecord automation = read_automation(&root);
    if (!wire_reader_finish(&reader, error)) {
        automation_record_release(&automation);
        return false;
    }
    *ret_automation = automation;
    return true;
}

static void read_quarantine(const WireAt *root, GroupRecord *record)
{
    WireAt list = wire_array_opt(root, "quarantine");
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt at = wire_item(&list, i);
        QuarantineIntent intent = {.workload = (char *)wire_text(&at, "workload"),
                                   .location = (char *)wire_text(&at, "location"),
                                   .key = (char *)wire_text(&at, "key"),
                                   .by = (char *)wire_text_opt(&at, "by", NULL),
                                   .epoch = wire_integer(&at, "epoch", 0, WIRE_INTEGER_MAX),
                                   .boot_id = (char *)wire_text_opt(&at, "boot_id", NULL)};
        if (intent.workload && intent.location && intent.key)
            group_record_add_quarantine(record, &intent);
    }
}

GroupRecord *group_record_from_json(json_t *json, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_autoptr(GroupRecord) record = group_record_new(wire_text(&root, "group"));
    record->epoch = wire_integer(&root, "epoch", 0, WIRE_INTEGER_MAX);
    record->active = g_strdup(wire_text_opt(&root, "active", NULL));
    record->mode = (GroupMode)wire_choice(&root, "mode", MODE_NAMES.names, MODE_NAMES.count);
    record->since_ms = wire_time_ms_opt(&root, "since");
    record->limited = wire_bool(&root, "limited");
    record->rollback_until_ms = wire_time_ms_opt(&root, "rollback_until");
    record->antiflap_until_ms = wire_time_ms_opt(&root, "antiflap_until");
    WireAt automation = wire_object_opt(&root, "automation");
    record->automation = read_automation(&automation);
    read_quarantine(&root, record);
    record->operation = g_strdup(wire_text_opt(&root, "operation", NULL));
    record->reviewed_ms = wire_time_ms_opt(&root, "reviewed");
    record->reviewed_by = g_strdup(wire_text_opt(&root, "reviewed_by", NULL));
    record->review_note = g_strdup(wire_text_opt(&root, "review_note", NULL));
    record->tested_ms = wire_time_ms_opt(&root, "tested");
    record->tested_by = g_strdup(wire_text_opt(&root, "tested_by", NULL));
    return wire_reader_finish(&reader, error) ? g_steal_pointer(&record) : NULL;
}
