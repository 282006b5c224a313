#include "view/colon.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/whole.h"

typedef enum {
    ARG_NONE,
    ARG_LOCATION,
    ARG_GROUP,
    ARG_OPERATION,
    ARG_THEME,
    ARG_FAULT,
    ARG_WORDS
} ArgKind;

typedef struct {
    const char *name;
    const char *usage;
    const char *help;
    ArgKind arg;
    // `args` holds the words behind the name (never NULL, maybe empty).
    Effect (*run)(const ViewContext *context, char **args, const char *alarm);
} Command;

static Effect need(const char *usage)
{
    return effect_message("Expected: %s", usage);
}

static char *join_from(char **args, guint from)
{
    return g_strv_length(args) > from ? g_strjoinv(" ", args + from) : NULL;
}

static Effect run_quit(const ViewContext *context, char **args, const char *alarm)
{
    (void)context, (void)args, (void)alarm;
    return effect_of(EFFECT_QUIT);
}

static Effect run_region(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    if (!args[0])
        return need("region NAME");
    if (!picture_location(context->picture, args[0]))
        return effect_message("There is no location %s.", args[0]);
    return effect_open(SCREEN_REGION, args[0]);
}

static Effect run_operation(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    if (!args[0])
        return need("operation ID");
    if (!picture_operation(context->picture, args[0]))
        return effect_message("There is no operation %s.", args[0]);
    return whole_open(picture_operation(context->picture, args[0]));
}

// "GROUP [to LOCATION] REASON", "region LOCATION [to LOCATION] REASON"; of a drill "… isolated|live [to LOCATION] REASON".
static Effect propose(const ViewContext *context, char **args, Effect effect, const char *usage)
{
    const Picture *picture = context->picture;
    guint at = 1;
    if (!args[0])
        return need(usage);
    effect.kind = EFFECT_PROPOSE;
    effect.region = strcmp(args[0], "region") == 0 && !picture_group(picture, args[0]);
    const char *object = effect.region ? args[at++] : args[0];
    if (effect.region && !picture_location(picture, object))
        return effect_message("There is no location %s.", object ? object : "");
    if (!effect.region && !picture_group(picture, object))
        return effect_message("There is no group %s.", object);
    if (!context->armed)
        return effect_message("Read-only: press A to arm the keys that change something.");
    int drill = DRILL_NONE;
    bool ok = effect.operation_kind != OPERATION_DRILL ||
              (args[at] && name_parse(&DRILL_NAMES, args[at++], &drill, NULL) && drill);
    if (!ok)
        return need(usage);
    bool to = g_strcmp0(args[at], "to") == 0 && args[at + 1];
    effect.drill = (DrillKind)drill;
    effect.object = g_strdup(object);
    effect.to = to ? g_strdup(args[at + 1]) : NULL;
    effect.text = join_from(args, to ? at + 2 : at);
    if (effect.text && *effect.text)
        return effect;
    effect_release(&effect);
    return need("a reason behind it: it goes into the audit log");
}

static Effect effect_for(OperationKind kind)
{
    Effect effect = effect_of(EFFECT_PROPOSE);
    effect.operation_kind = kind;
    return effect;
}

static Effect run_failover(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    return propose(context, args, effect_for(OPERATION_FAILOVER),
                   "failover GROUP [to LOCATION] REASON, or failover region LOCATION REASON");
}

static Effect run_failback(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    return propose(context, args, effect_for(OPERATION_FAILBACK),
                   "failback GROUP REASON, or failback region LOCATION REASON");
}

static Effect run_drill(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    return propose(context, args, effect_for(OPERATION_DRILL),
                   "drill GROUP isolated|live [to LOCATION] REASON, or drill region LOCATION "
                   "isolated|live REASON");
}

static Effect run_ack(const ViewContext *context, char **args, const char *alarm)
{
    (void)context;
    if (!alarm)
        return effect_message("No alarm was shown yet: press a to go to one, then :ack NOTE.");
    Effect effect = effect_of(EFFECT_ACKNOWLEDGE);
    effect.object = g_strdup(alarm);
    effect.text = join_from(args, 0);
    return effect;
}

static Effect run_theme(const ViewContext *context, char **args, const char *alarm)
{
    (void)context, (void)alarm;
    if (!args[0])
        return need("theme NAME");
    Effect effect = effect_of(EFFECT_THEME);
    effect.text = g_strdup(args[0]);
    return effect;
}

// "off [GROUP] 2h REASON", "on [GROUP] REASON"
static Effect run_automation(const ViewContext *context, char **args, const char *alarm)
{
    static const char USAGE[] =
        "automation off [GROUP] DURATION REASON, or automation on [GROUP] REASON";
    (void)alarm;
    bool off = g_strcmp0(args[0], "off") == 0;
    if (!off && g_strcmp0(args[0], "on") != 0)
        return need(USAGE);
    if (!context->armed)
        return effect_message("Read-only: press A to arm the keys that change something.");
    guint at = 1;
    const char *group = args[at] && picture_group(context->picture, args[at]) ? args[at++] : NULL;
    gint64 length = 0;
    if (off && (!args[at] || !duration_parse(args[at++], &length, NULL)))
        return need(USAGE);
    g_autofree char *reason = join_from(args, at);
    if (!reason)
        return need(USAGE);
    Effect effect = effect_of(EFFECT_AUTOMATION);
    effect.verb = g_strdup(off ? "disarm" : "arm");
    effect.object = g_strdup(group);
    effect.text = g_steal_pointer(&reason);
    effect.until_ms = off ? context->now_ms + length : 0;
    return effect;
}

static Effect run_reviewed(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    if (!args[0] || !args[1])
        return need("reviewed GROUP WORDS: what was reviewed");
    if (!picture_group(context->picture, args[0]))
        return effect_message("There is no group %s.", args[0]);
    if (!context->armed)
        return effect_message("Read-only: press A to arm the keys that change something.");
    Effect effect = effect_of(EFFECT_REVIEW);
    effect.object = g_strdup(args[0]);
    effect.text = join_from(args, 1);
    return effect;
}

static const char FAULT_USAGE[] = "fault LOCATION down|hang|slow|garbage|no-replication|recover";

static Effect run_fault(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    if (!context->demo)
        return effect_message("Faults are for the practice regions of `signalbox demo`.");
    if (!args[0] || !args[1] || !picture_location(context->picture, args[0]))
        return need(FAULT_USAGE);
    Effect effect = effect_of(EFFECT_FAULT);
    effect.object = g_strdup(args[0]);
    effect.verb = g_strdup(args[1]);
    return effect;
}

// Not only while armed: stopping is the safe direction.
static Effect run_passivate(const ViewContext *context, char **args, const char *alarm)
{
    (void)alarm;
    if (!args[0] || !args[1] || !args[2])
        return need("passivate GROUP/WORKLOAD LOCATION REASON");
    const WorkloadStatus *workload = picture_workload(context->picture, args[0]);
    if (!workload || !workload_status_at(workload, args[1]))
        return effect_message("There is no workload %s in %s.", args[0], args[1]);
    Effect effect = effect_of(EFFECT_PASSIVATE);
    effect.object = g_strdup(args[0]);
    effect.to = g_strdup(args[1]);
    effect.text = join_from(args, 2);
    return effect;
}

static Effect run_unpassivate(const ViewContext *context, char **args, const char *alarm)
{
    if (!args[0] || !args[1] || !args[2])
        return need("unpassivate GROUP/WORKLOAD LOCATION REASON");
    Effect effect = run_passivate(context, args, alarm);
    if (effect.kind == EFFECT_PASSIVATE) {
        effect.kind = EFFECT_WITHDRAW;
        effect.verb = g_strdup("passivation");
    }
    return effect;
}

static Effect run_unack(const ViewContext *context, char **args, const char *alarm)
{
    (void)context;
    if (!alarm)
        return effect_message("No alarm was shown yet: press a to go to one.");
    if (!args[0])
        return need("unack REASON: why it waits for somebody again");
    Effect effect = effect_of(EFFECT_WITHDRAW);
    effect.verb = g_strdup("alarm");
    effect.object = g_strdup(alarm);
    effect.text = join_from(args, 0);
    return effect;
}

static const Command COMMANDS[] = {
    {"q", "q", "Quits.", ARG_NONE, run_quit},
    {"quit", "quit", "Quits.", ARG_NONE, run_quit},
    {"region", "region NAME", "Opens a region's page.", ARG_LOCATION, run_region},
    {"operation", "operation ID", "Opens an operation's page.", ARG_OPERATION, run_operation},
    {"failover", "failover GROUP|region LOCATION [to LOCATION] REASON",
     "Proposes a failover, of a group or of every group of a region.", ARG_GROUP, run_failover},
    {"failback", "failback GROUP|region LOCATION REASON",
     "Proposes the way home, of a group or of every group of a region.", ARG_GROUP, run_failback},
    {"drill", "drill GROUP|region LOCATION isolated|live [to LOCATION] REASON",
     "Proposes an exercise, of a group or of every group of a region: isolated looks and commands "
     "nothing, live moves it there and home again.",
     ARG_GROUP, run_drill},
    {"ack", "ack NOTE", "Acknowledges the alarm shown last.", ARG_WORDS, run_ack},
    {"unack", "unack REASON", "Takes the acknowledgement of the alarm shown last back.", ARG_WORDS,
     run_unack},
    {"automation", "automation off [GROUP] DURATION REASON|on [GROUP] REASON",
     "Disarms (off) or arms (on) automatic failover, of a group or of all.", ARG_WORDS,
     run_automation},
    {"reviewed", "reviewed GROUP WORDS", "Records that a group's plan was reviewed.", ARG_GROUP,
     run_reviewed},
    {"passivate", "passivate GROUP/WORKLOAD LOCATION REASON",
     "Switches an instance off, out of a split brain; not the side that has the role.", ARG_WORDS,
     run_passivate},
    {"unpassivate", "unpassivate GROUP/WORKLOAD LOCATION REASON",
     "Takes back that an instance is switched off, while it is not seen off.", ARG_WORDS,
     run_unpassivate},
    {"theme", "theme NAME", "Changes the colours.", ARG_THEME, run_theme},
    {"fault", FAULT_USAGE, "Breaks or mends a practice region (demo only).", ARG_LOCATION,
     run_fault},
};

static const Command *find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
        if (g_strcmp0(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    return NULL;
}

Effect colon_run(const ViewContext *context, const char *line, const char *alarm)
{
    g_autofree char *copy = g_strstrip(g_strdup(line));
    g_auto(GStrv) raw = g_strsplit_set(copy, " \t", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (guint i = 0; raw[i]; i++)
        if (*raw[i])
            g_ptr_array_add(words, raw[i]);
    g_ptr_array_add(words, NULL);
    char **args = (char **)words->pdata;
    if (!args[0])
        return effect_of(EFFECT_REDRAW);
    const Command *command = find_command(args[0]);
    if (command)
        return command->run(context, args + 1, alarm);
    const Screen *screen = screen_by_name(args[0]);
    if (screen && screen->parent == SCREEN_NONE)
        return effect_open(screen->id, NULL);
    return effect_message("There is no command %s. Tab shows what there is; ? explains.", args[0]);
}

static void offer(GPtrArray *candidates, const char *head, const char *word, const char *typed)
{
    if (g_str_has_prefix(word, typed))
        g_ptr_array_add(candidates, *head ? g_strconcat(head, " ", word, NULL) : g_strdup(word));
}

static void offer_objects(const Picture *picture, ShelfKind kind, const char *head,
                          const char *typed, GPtrArray *candidates)
{
    for (guint i = 0; i < picture_count(picture, kind) && candidates->len < 100; i++)
        offer(candidates, head, picture->shelves[kind].key(picture_at(picture, kind, i)), typed);
}

static void offer_arguments(const ViewContext *context, const Command *command, const char *typed,
                            GPtrArray *candidates)
{
    static const ShelfKind SHELVES[] = {[ARG_LOCATION] = SHELF_LOCATIONS,
                                        [ARG_GROUP] = SHELF_GROUPS,
                                        [ARG_OPERATION] = SHELF_OPERATIONS};
    if (command->arg == ARG_LOCATION || command->arg == ARG_GROUP || command->arg == ARG_OPERATION)
        offer_objects(context->picture, SHELVES[command->arg], command->name, typed, candidates);
}

void colon_complete(const ViewContext *context, const char *text, GPtrArray *candidates)
{
    const char *blank = strchr(text, ' ');
    if (blank) {
        g_autofree char *name = g_strndup(text, (gsize)(blank - text));
        const Command *command = find_command(name);
        if (command && !strchr(blank + 1, ' '))
            offer_arguments(context, command, blank + 1, candidates);
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
        offer(candidates, "", COMMANDS[i].name, text);
    guint count;
    const Screen *const *screens = screens_all(&count);
    for (guint i = 0; i < count; i++)
        if (screens[i]->parent == SCREEN_NONE)
            offer(candidates, "", screens[i]->name, text);
}

bool colon_help(guint index, const char **ret_usage, const char **ret_help)
{
    if (index >= G_N_ELEMENTS(COMMANDS))
        return false;
    *ret_usage = COMMANDS[index].usage;
    *ret_help = COMMANDS[index].help;
    return true;
}
