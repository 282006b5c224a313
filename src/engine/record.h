// What the store holds of a group (key "group/NAME") and of automation as a whole: the decisions that
// outlive an operation. Epochs only grow.
#pragma once

#include "model/names.h"
#include "wire/json.h"

// A passivation of a returned instance that is under way: written before the command is sent.
typedef struct {
    char *workload;
    char *location;
    char *key;
    char *by; // the person who asked for it; NULL = it came back while its group lives elsewhere
    gint64 epoch;
    char *boot_id;
} QuarantineIntent;

// Disarmed automation, of a group or of the fleet.
typedef struct {
    bool off;
    char *why;
    char *by;
    gint64 until_ms;
    guint64 revision; // of the fleet's own key
} AutomationRecord;

typedef struct {
    char *group;
    gint64 epoch;
    char *active; // who has the role; NULL = nobody (between passivation and activation)
    GroupMode mode;
    gint64 since_ms;
    bool limited;
    gint64 rollback_until_ms;
    gint64 antiflap_until_ms;
    AutomationRecord automation;
    GPtrArray *quarantine; // of QuarantineIntent *
    char *operation;       // the last one
    gint64 reviewed_ms;    // when people last reviewed its plan here; 0 = never
    char *reviewed_by;
    char *review_note;
    gint64 tested_ms; // when its plan was last carried out, by a drill or in earnest; 0 = never
    char *tested_by;  // that operation
    guint64 revision; // of the key; 0 = not stored yet
} GroupRecord;

// Nothing decided yet: epoch 0, mode normal, nobody has the role. A copy is deep. Both are the caller's.
GroupRecord *group_record_new(const char *group);
GroupRecord *group_record_copy(const GroupRecord *record);
void group_record_free(GroupRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GroupRecord, group_record_free)

// Borrowed from the record; NULL if there is none.
QuarantineIntent *group_record_quarantine(const GroupRecord *record, const char *workload,
                                          const char *location);
// Copies the intent.
void group_record_add_quarantine(GroupRecord *record, const QuarantineIntent *intent);
void group_record_drop_quarantine(GroupRecord *record, const char *workload, const char *location);

// The stored form. A new reference.
json_t *group_record_to_json(const GroupRecord *record);
// ERR_INVALID names the path. The caller owns the record.
GroupRecord *group_record_from_json(json_t *json, GError **error);

// Zeroed again: armed.
void automation_record_release(AutomationRecord *automation);
// The stored form, a new reference; and back: ERR_INVALID names the path, *ret_automation is the caller's to release.
json_t *automation_record_to_json(const AutomationRecord *automation);
bool automation_record_from_json(json_t *json, AutomationRecord *ret_automation, GError **error);
// True if disarmed at that time.
bool automation_is_off(const AutomationRecord *automation, gint64 now_ms);
