// What a view wants done. Views never act: a key makes an Effect, the console's loop performs it. So a view
// can be tested without network or terminal, and nothing happens in the middle of drawing.
#pragma once

#include "model/audit.h"
#include "model/operation.h"
#include "widget/form.h"

typedef enum {
    EFFECT_NONE, // nothing happened; not even a redraw
    EFFECT_REDRAW,
    EFFECT_OPEN, // go to `screen`, there to `object` (may be NULL)
    EFFECT_BACK, // one level out; at the top level: nothing
    EFFECT_QUIT,
    EFFECT_MESSAGE, // show `text` above the footer
    EFFECT_ARM,     // make changes possible, or impossible again
    EFFECT_PROPOSE, // kind, drill, object = group (or location, if region), to (may be NULL), text = reason
    EFFECT_SIGN, // signoff: operation, digest, decision, reason, ticket, phrase; text = the SSH
                 // key's fingerprint (NULL = without one)
    EFFECT_SIGN_CANCEL, // give up the SSH signature that is being made
    EFFECT_KEYS,        // look for SSH keys again
    EFFECT_VERIFY,      // check the signature in the audit record `record`
    EFFECT_COMMAND, // verb ("hold", "retry" …) on operation `object`, step, text = reason, ticket;
                    // "take-back", "review": of its sign-off `to`
    EFFECT_ACKNOWLEDGE, // alarm `object`, text = note
    EFFECT_ACCEPT,      // finding `object` as it was seen (mark), text = comment, until_ms
    EFFECT_WITHDRAW, // takes back what was said of the "finding", "alarm" or "passivation" (verb) `object`
    // (at `to`), or, with a `name`, of an item as EFFECT_CONFIRM names it; text = reason
    EFFECT_CONFIRM,  // of workload `object` with its standby `to`: entity `name` of kind `verb`,
                     // as it was seen (mark), text = note
    EFFECT_WATCHING, // presence: looking at operation `object` (NULL = none)
    EFFECT_COPY,     // `text` to the terminal's clipboard (OSC 52)
    EFFECT_WRITE,    // the screen to a file
    EFFECT_RELOAD,   // fetch everything again
    EFFECT_REPAINT,  // ctrl-l
    EFFECT_SUSPEND,  // ctrl-z
    EFFECT_FETCH, // `text` = an API path whose answer the screen wants (schedules, audit, report)
    EFFECT_THEME, // `text` = its name
    EFFECT_AUTOMATION, // verb "arm" or "disarm", group `object` (NULL = all), text = reason, until_ms
    EFFECT_REVIEW,     // the plan of group `object` was reviewed, text = what
    EFFECT_PASSIVATE, // workload `object` at location `to`, text = reason
    EFFECT_FAULT,     // demo: fault `verb` at location `object`
} EffectKind;

typedef enum {
    SCREEN_NONE,
    SCREEN_OVERVIEW,
    SCREEN_ROLES,
    SCREEN_SCHEDULES,
    SCREEN_SIGNOFFS,
    SCREEN_OPERATIONS,
    SCREEN_READINESS,
    SCREEN_AUDIT,
    SCREEN_REGION,    // of the overview: object = location
    SCREEN_CELL,      // of the matrix: object = "group/workload"
    SCREEN_GROUP,     // of the matrix: object = group
    SCREEN_CHECKLIST, // of readiness: object = "group/workload/standby/kind of entity"
    SCREEN_SNAPSHOTS, // of readiness: object = "group/workload", a connector
    SCREEN_STATEMENT, // of the sign-offs: object = operation
    SCREEN_OPERATION, // of the operations: object = operation
    SCREEN_WHOLE,     // of the operations: object = region-level operation
    SCREEN_RECORD,    // of the audit log: object = seq
    SCREEN_COUNT
} ScreenId;

// Owns its texts and the sign-off. Zeroed = EFFECT_NONE.
typedef struct {
    EffectKind kind;
    ScreenId screen;
    char *object;
    char *to;
    char *verb;
    char *text;
    char *ticket;
    char *how;  // EFFECT_COMMAND: how the person knows; NULL
    char *name; // EFFECT_CONFIRM, EFFECT_WITHDRAW
    char *mark; // of what the person has seen; NULL
    guint step;
    gint64 until_ms;
    OperationKind operation_kind;
    DrillKind drill;
    bool region; // of a proposal: `object` is a location, all of whose groups are meant
    int planned; // EFFECT_PROPOSE: -1 as the backend sees fit, 0 unplanned, 1 planned
    SignOff *signoff;
    AuditRecord *record;
} Effect;

// One without anything else; EFFECT_OPEN, of which the object (NULL = none) is copied; EFFECT_MESSAGE with its words.
// What they hold is the receiver's, who releases it.
Effect effect_of(EffectKind kind);
Effect effect_open(ScreenId screen, const char *object);
Effect effect_message(const char *format, ...) G_GNUC_PRINTF(1, 2);

// What a form made of a key. `typed` is said of a field that takes no paste; NULL: the form has none.
Effect effect_of_form(FormResult result, const char *typed);

// Frees what it holds: EFFECT_NONE again.
void effect_release(Effect *effect);
