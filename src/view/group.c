// A group's page: mode and gate, objectives against forecasts, how replication has been, who does what, what would not
// work and what is the customer's own. What does not change by the second is asked for once a minute.
#include "view/screens.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/fetch.h"
#include "view/page.h"
#include "wire/outlook.h"
#include "view/words.h"

enum { ACTION_ROLES = 1, ACTION_OPERATION };
enum { ASK_MS = 60 * 1000, LAG_LINES_MAX = 8 };

static const Binding BINDINGS[] = {
    {ACTION_ROLES, "roles", "enter", "roles", "Shows the group in the matrix.", 0},
    {ACTION_OPERATION, "steps", "o", "operation", "Goes to the operation that is open.", 0},
};

typedef struct {
    Page page;
    Outlook *outlook; // NULL until answered
    Fetch fetch;      // of it
    gint64 answered_ms;
} GroupView;

static gpointer group_create(void)
{
    GroupView *view = g_new0(GroupView, 1);
    page_init(&view->page, "Group", BINDINGS, G_N_ELEMENTS(BINDINGS));
    return view;
}

static void forget(GroupView *view)
{
    g_clear_pointer(&view->outlook, outlook_free);
    fetch_clear(&view->fetch);
    view->answered_ms = 0;
}

static void group_destroy(gpointer state)
{
    GroupView *view = state;
    forget(view);
    page_release(&view->page);
    g_free(view);
}

static void group_open(gpointer state, const char *object)
{
    GroupView *view = state;
    if (g_strcmp0(view->page.object, object) != 0)
        forget(view);
    page_open(&view->page, object);
}

static const GroupStatus *group_of(const GroupView *view, const ViewContext *context)
{
    return picture_group(context->picture, view->page.object);
}

// ---- asking ----

static Effect group_wish(gpointer state, const ViewContext *context)
{
    GroupView *view = state;
    if (!group_of(view, context) || fetch_rests(&view->fetch, context, ASK_MS))
        return effect_of(EFFECT_NONE);
    g_autofree char *name = g_uri_escape_string(view->page.object, NULL, FALSE);
    return fetch_ask(&view->fetch, context, g_strdup_printf("/v1/groups/%s/outlook", name));
}

static void take_answer(GroupView *view, const ViewContext *context)
{
    g_autoptr(GError) error = NULL;
    if (!fetch_take(&view->fetch, context))
        return;
    g_autoptr(json_t) json = fetch_json(context, "The outlook", WIRE_BYTES_MAX, &error);
    Outlook *outlook = json ? outlook_from_json(json, WIRE_LENIENT, &error) : NULL;
    if (!outlook) {
        view->fetch.trouble = g_strdup_printf("The outlook was not answered: %s", error->message);
        return;
    }
    outlook_free(view->outlook);
    view->outlook = outlook;
    view->answered_ms = context->now_ms;
}

// ---- text ----

static void say_state(Page *page, const ViewContext *context, const GroupStatus *group)
{
    const Picture *picture = context->picture;
    char since[16], seen[24], loss[16], rpo[16];
    Badge badge = badge_mode(group->mode);
    calm_age_format(group->mode_since_ms, context->now_ms, since);
    page_field(page, "MODE", badge.role, "%s for %s; the role is in %s, home is %s", badge.word,
               since, group->active ? picture_title(picture, group->active) : "no place",
               picture_title(picture, group->primary));
    duration_format_up(group->loss.loss_ms, loss);
    duration_format(group->rpo_ms, rpo);
    ago_format(group->loss.observed_at_ms, context->now_ms, true, seen);
    page_field(page, "RPO",
               group->loss.known && group->loss.loss_ms <= group->rpo_ms ? ROLE_NORMAL : ROLE_WARN,
               "%s: a failover now would lose %s%s, seen %s (%s)", rpo,
               group->loss.known ? "at most " : "an UNKNOWN amount", group->loss.known ? loss : "",
               seen, group->loss.how ? group->loss.how : "");
}

// Its location is down, and nothing is under way.
static void say_blocked(Page *page, const GroupStatus *group)
{
    if (group->blocked)
        page_field(page, "BLOCKED", ROLE_ALARM, "no failover is proposed: %s", group->blocked);
}

static void say_forecast(Page *page, const GroupStatus *group, const Outlook *outlook)
{
    char rto[16], usual[16], p95[16];
    duration_format(group->rto_ms, rto);
    if (outlook->no_plan) {
        page_field(page, "RTO", ROLE_WARN, "%s: no forecast. %s", rto, outlook->no_plan);
        return;
    }
    if (outlook->usual_ms < 0) {
        page_field(page, "RTO", ROLE_UNKNOWN,
                   "%s: no forecast, none of the %u step%s was ever carried out. A drill tells.",
                   rto, outlook->steps, text_plural(outlook->steps));
        return;
    }
    duration_format(outlook->usual_ms, usual);
    duration_format(outlook->usual_p95_ms, p95);
    page_field(page, "RTO", outlook->usual_p95_ms > group->rto_ms ? ROLE_WARN : ROLE_NORMAL,
               "%s: usually %s from the start, 95 of 100 within %s; %u of %u step%s known from "
               "earlier operations and drills",
               rto, usual, p95, outlook->steps - outlook->unknown_steps, outlook->steps,
               text_plural(outlook->steps));
}

static void say_each(Page *page, const char *label, Style style, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        pager_field(page->pager, i ? "" : label, style, texts->pdata[i]);
}

static void say_people(Page *page, const Outlook *outlook)
{
    page_field(page, "OWNER", ROLE_NORMAL, "%s",
               outlook->owner ? outlook->owner : "nobody is named");
    for (guint i = 0; i < outlook->responsibilities->len; i++) {
        const Responsibility *one = outlook->responsibilities->pdata[i];
        page_field(page, i ? "" : "PEOPLE", ROLE_NORMAL, "%s: %s", one->step, one->who);
    }
    for (guint i = 0; i < outlook->notices->len; i++) {
        const Notice *notice = outlook->notices->pdata[i];
        page_field(page, i ? "" : "NOTICES", ROLE_NORMAL, "%s: “%s”", notice->when, notice->text);
    }
}

static void say_outlook(Page *page, const GroupStatus *group, const Outlook *outlook)
{
    bool limited = group->mode == MODE_FAILED_OVER;
    say_forecast(page, group, outlook);
    page_field(page, "GATE", outlook->gate_open ? ROLE_OK : ROLE_WARN, "%s: %s",
               outlook->gate_open ? "open" : "CLOSED", outlook->gate_why ? outlook->gate_why : "");
    say_each(page, limited ? "LIMITED" : "WOULD NOT WORK", limited ? ROLE_WARN : ROLE_NORMAL,
             outlook->reduced);
    say_each(page, "NON-PROD", ROLE_NORMAL, outlook->nonproduction);
    say_each(page, "YOUR OWN", ROLE_NORMAL, outlook->unmanaged);
    page_field(page, "FAILBACK", ROLE_NORMAL, "%s%s",
               outlook->failback_window ? outlook->failback_window
                                        : "no window: allowed at any time",
               outlook->failback_window ? " UTC" : "");
    say_people(page, outlook);
}

static void say_plan(Page *page, const GroupStatus *group, gint64 now_ms)
{
    char reviewed[32], tested[32], due[32];
    Severity severity = group_status_plan_severity(group, now_ms);
    gint64 due_ms = group_status_plan_due(group);
    time_format_full(group->plan_reviewed_ms, reviewed);
    time_format_full(group->plan_tested_ms, tested);
    time_format_full(due_ms, due);
    page_field(
        page, "PLAN", severity == SEVERITY_INFO ? ROLE_NORMAL : ROLE_WARN,
        "reviewed %.10s, tested %.10s%s%s, %s %.10s", group->plan_reviewed_ms ? reviewed : "never",
        group->plan_tested_ms ? tested : "never", group->plan_tested_by ? " by " : "",
        group->plan_tested_by ? group->plan_tested_by : "",
        severity == SEVERITY_ERROR && due_ms ? "OVERDUE since" : "due", due_ms ? due : "now");
}

static void group_refresh(gpointer state, const ViewContext *context)
{
    GroupView *view = state;
    const GroupStatus *group = group_of(view, context);
    char age[16];
    take_answer(view, context);
    pager_begin(view->page.pager);
    if (!group) {
        page_say(&view->page, ROLE_UNKNOWN, "There is no group %s in the picture. Esc leads back.",
                 view->page.object ? view->page.object : "yet");
        return;
    }
    say_blocked(&view->page, group);
    say_state(&view->page, context, group);
    say_plan(&view->page, group, context->now_ms);
    if (view->outlook) {
        say_outlook(&view->page, group, view->outlook);
        calm_age_format(view->answered_ms, context->now_ms, age);
        page_field(&view->page, "ASKED", ROLE_DIM, "%s ago; once a minute", age);
    }
    if (view->fetch.trouble)
        page_say(&view->page, ROLE_WARN, "%s", view->fetch.trouble);
    else if (!view->outlook)
        page_say(&view->page, ROLE_DIM, "The rest is being asked for.");
}

// ---- drawing ----

static void lag_word(gint64 lag_ms, char buffer[16])
{
    if (lag_ms < 0)
        g_strlcpy(buffer, "unknown", 16);
    else
        duration_format_up(lag_ms, buffer);
}

// "books → North Europe  ▁▁▂▁▁▃  now 0.8s · p95 1.2s · worst 4s", scaled so that a tenth of the RPO fills it.
static void draw_lag(const ViewContext *context, const Outlook *outlook, const LagHistory *lag,
                     const Canvas *line)
{
    double values[LAG_MINUTES];
    char now[16], p95[16], worst[16];
    guint n = MIN(lag->samples->len, (guint)LAG_MINUTES);
    for (guint i = 0; i < n; i++) {
        const LagSample *sample = lag->samples->pdata[lag->samples->len - n + i];
        values[i] = sample->lag_ms < 0 ? NAN : (double)sample->lag_ms;
    }
    lag_word(lag->lag_ms, now);
    lag_word(lag->p95_ms, p95);
    lag_word(lag->worst_ms, worst);
    bool late = lag->worst_ms > outlook->rpo_ms || lag->lag_ms < 0;
    SparkLook look = {0, (double)MAX(lag->worst_ms, outlook->rpo_ms / 10),
                      late ? ROLE_WARN : ROLE_NORMAL};
    const char *slash = strrchr(lag->workload, '/');
    g_autofree char *name = g_strdup_printf("%s → %s ", slash ? slash + 1 : lag->workload,
                                            picture_title(context->picture, lag->to));
    g_autofree char *words = g_strdup_printf("  now %s · p95 %s · worst %s ", now, p95, worst);
    int width = line->width - cells_width(line, name) - cells_width(line, words);
    int x = cells_put(line, 0, 0, ROLE_TITLE, name);
    if (width > 0) {
        width = MIN(width, (int)LAG_MINUTES);
        cells_spark(line, rect_make(x, 0, width, 1), &look, values, n);
        x += width;
    }
    cells_put(line, x, 0, late ? ROLE_WARN : ROLE_NORMAL, words);
}

static void group_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    GroupView *view = state;
    const GroupStatus *group = group_of(view, context);
    g_autofree char *title = g_strdup_printf("%s", group && group->title ? group->title
                                                   : view->page.object   ? view->page.object
                                                                         : "group");
    Badge badge = badge_mode(group ? group->mode : MODE_UNKNOWN);
    Canvas inside = cells_box(canvas, canvas_rect(canvas),
                              &(BoxLook){.border = ROLE_BORDER,
                                         .title = title,
                                         .title_style = ROLE_TITLE,
                                         .tag = group ? badge.word : NULL,
                                         .tag_style = badge.role});
    Rect rest = canvas_rect(&inside);
    guint count = group && view->outlook ? MIN(view->outlook->lags->len, LAG_LINES_MAX) : 0;
    if (count && rest.height > (int)count + 6) {
        cells_rule(&inside, rect_cut_top(&rest, 1), ROLE_BORDER, "lag, two hours to now");
        for (guint i = 0; i < count; i++) {
            Canvas line = canvas_sub(&inside, rect_cut_top(&rest, 1));
            draw_lag(context, view->outlook, view->outlook->lags->pdata[i], &line);
        }
        cells_rule(&inside, rect_cut_top(&rest, 1), ROLE_BORDER, NULL);
    }
    Canvas text = canvas_sub(&inside, rest);
    pager_draw(view->page.pager, &text);
}

// ---- keys ----

static Effect group_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                           const Binding *binding)
{
    GroupView *view = state;
    const GroupStatus *group = group_of(view, context);
    if (binding && binding->action == ACTION_ROLES)
        return effect_open(SCREEN_ROLES, view->page.object);
    if (binding && binding->action == ACTION_OPERATION)
        return group && group->operation ? effect_open(SCREEN_OPERATION, group->operation)
                                         : effect_message("No operation of this group is open.");
    return page_key(&view->page, key, binding);
}

static BindingState group_state(gpointer state, const ViewContext *context, const Binding *binding)
{
    const GroupStatus *group = group_of(state, context);
    bool open = group && group->operation;
    return binding->action == ACTION_OPERATION && !open ? BINDING_HIDDEN : BINDING_ON;
}

static const Keymap *group_keymap(gpointer state)
{
    return ((GroupView *)state)->page.keys;
}

static char *group_copy(gpointer state, const ViewContext *context)
{
    const GroupStatus *group = group_of(state, context);
    return group ? g_strdup_printf("%s %s", group->name, word_of(&MODE_NAMES, (int)group->mode))
                 : NULL;
}

static char *group_command_line(gpointer state, const ViewContext *context)
{
    const GroupStatus *group = group_of(state, context);
    return group ? g_strdup_printf("signalbox outlook %s", group->name) : NULL;
}

static const char *group_group(gpointer state, const ViewContext *context)
{
    const GroupStatus *group = group_of(state, context);
    return group ? group->name : NULL;
}

const Screen GROUP_SCREEN = {
    .id = SCREEN_GROUP,
    .parent = SCREEN_ROLES,
    .name = "group",
    .title = "Group",
    .create = group_create,
    .destroy = group_destroy,
    .refresh = group_refresh,
    .wish = group_wish,
    .draw = group_draw,
    .update = group_update,
    .keymap = group_keymap,
    .state = group_state,
    .open = group_open,
    .copy = group_copy,
    .command_line = group_command_line,
    .proposes = true,
    .group = group_group,
};
