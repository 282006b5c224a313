// Measures the screens without a terminal, over a fleet of 100,000 workloads at three locations, one JSON
// object a line:
//   view-key       a key on the matrix (cursor down) from the event to the drawn grid
//   view-change    one workload has changed: the matrix made anew and drawn
//   view-filter    a character typed into the filter: everything matched anew and drawn
//   view-draw      a screen drawn as it stands
//   view-answer    the schedules' answer (a window of 300 rows, 25 times each) taken in and drawn
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "view/ui.h"

enum { GROUPS = 1000, WORKLOADS = 100, LOCATIONS = 3, WIDTH = 120, HEIGHT = 40, ROUNDS = 300 };

// 2026-11-21T03:14:07Z
#define NOW_MS G_GINT64_CONSTANT(1795230847000)

// Of the processor: what else runs on the machine is not measured.
static gint64 now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static WorkloadStatus *make_workload(const char *group, guint number)
{
    g_autofree char *name = g_strdup_printf("workload-%03u", number);
    WorkloadStatus *workload = workload_status_new(group, name);
    for (guint i = 0; i < LOCATIONS; i++) {
        g_autofree char *location = g_strdup_printf("region-%u", i);
        InstanceStatus *instance = instance_status_new(location);
        instance->primary = i == 0;
        instance->desired = instance->state = i ? INSTANCE_PASSIVE : INSTANCE_ACTIVE;
        instance->since_ms = NOW_MS - 86400000;
        instance->observed_at_ms = NOW_MS - 2000;
        g_ptr_array_add(workload->instances, instance);
    }
    return workload;
}

static Picture *make_picture(void)
{
    Picture *picture = picture_new();
    for (guint i = 0; i < LOCATIONS; i++) {
        g_autofree char *name = g_strdup_printf("region-%u", i);
        LocationStatus *location = location_status_new(name);
        location->verdict = (Verdict){VERDICT_UP, NOW_MS - 86400000, NOW_MS - 2000, NULL};
        picture_put(picture, SHELF_LOCATIONS, location);
    }
    for (guint g = 0; g < GROUPS; g++) {
        g_autofree char *name = g_strdup_printf("group-%04u", g);
        GroupStatus *group = group_status_new(name);
        group->mode = MODE_NORMAL;
        group->primary = g_strdup("region-0");
        group->active = g_strdup("region-0");
        picture_put(picture, SHELF_GROUPS, group);
        for (guint w = 0; w < WORKLOADS; w++)
            picture_put(picture, SHELF_WORKLOADS, make_workload(name, w));
    }
    picture->complete = true;
    picture->link.state = LINK_LIVE;
    picture->link.heard_ms = NOW_MS;
    return picture;
}

static int compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

typedef struct {
    Picture *picture;
    Ui *ui;
    Grid *grid;
    ViewContext context;
} Bench;

static void report(const char *what, const char *screen, gint64 *took, guint n)
{
    qsort(took, n, sizeof *took, compare);
    printf("{\"bench\":\"%s\",\"screen\":\"%s\",\"workloads\":%d,\"size\":\"%dx%d\",\"rounds\":%u,"
           "\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
           what, screen, GROUPS * WORKLOADS, WIDTH, HEIGHT, n, (double)took[n / 2] / 1000.0,
           (double)took[n * 99 / 100] / 1000.0);
}

static void press(Bench *bench, const char *name)
{
    KeyEvent key;
    key_parse(name, &key, NULL);
    Effect effect = ui_key(bench->ui, &bench->context, &key);
    effect_release(&effect);
    ui_draw(bench->ui, &bench->context, bench->grid);
}

static void measure_keys(Bench *bench)
{
    gint64 took[ROUNDS];
    ui_show(bench->ui, SCREEN_ROLES, NULL);
    press(bench, "down");
    for (guint i = 0; i < ROUNDS; i++) {
        gint64 start = now_ns();
        press(bench, "down");
        took[i] = now_ns() - start;
    }
    report("view-key", "roles", took, ROUNDS);
}

static void measure_changes(Bench *bench)
{
    gint64 took[30];
    for (guint i = 0; i < G_N_ELEMENTS(took); i++) {
        picture_put(bench->picture, SHELF_WORKLOADS, make_workload("group-0500", i));
        gint64 start = now_ns();
        ui_refresh(bench->ui, &bench->context);
        ui_draw(bench->ui, &bench->context, bench->grid);
        took[i] = now_ns() - start;
    }
    report("view-change", "roles", took, G_N_ELEMENTS(took));
}

static void measure_filter(Bench *bench)
{
    static const char *const TYPED[] = {"w", "o", "r", "k", "l", "o", "a", "d", "-", "0", "4", "2"};
    gint64 took[G_N_ELEMENTS(TYPED)];
    press(bench, "/");
    for (guint i = 0; i < G_N_ELEMENTS(TYPED); i++) {
        gint64 start = now_ns();
        press(bench, TYPED[i]);
        took[i] = now_ns() - start;
    }
    report("view-filter", "roles", took, G_N_ELEMENTS(TYPED));
    press(bench, "esc");
}

static void append_time(GString *text, guint minute)
{
    g_string_append_printf(text, "%s\"2026-11-21T%02u:%02u:00.000Z\"", minute ? "," : "",
                           2 + minute / 60, minute % 60);
}

static char *make_schedules(void)
{
    GString *text = g_string_new("{\"schedules\":[");
    for (guint i = 0; i < 300; i++) {
        g_string_append_printf(
            text,
            "%s{\"workload\":\"group-%04u/workload-%03u\",\"trigger\":\"often\",\"location\":"
            "\"region-%u\",\"state\":\"active\",\"rule\":\"every 5 min from :00\",\"zone\":"
            "\"UTC\",\"missed\":0,\"occurrences\":[",
            i ? "," : "", i / 200, i / 2 % 100, i % 2);
        for (guint n = 0; n < 25; n++)
            append_time(text, n * 5);
        g_string_append(text, "],\"ran\":[");
        for (guint n = 0; n < 12; n++)
            append_time(text, n * 5);
        g_string_append(text, "]}");
    }
    return g_string_free(g_string_append(text, "],\"offset\":0,\"total\":200000}"), FALSE);
}

static void measure_schedules(Bench *bench)
{
    gint64 took[ROUNDS], answers[20];
    g_autofree char *body = make_schedules();
    ui_show(bench->ui, SCREEN_SCHEDULES, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        ui_refresh(bench->ui, &bench->context);
        Effect wish = ui_wish(bench->ui, &bench->context);
        g_assert_true(wish.kind == EFFECT_FETCH);
        gint64 start = now_ns();
        bench->context.fetched_path = wish.text;
        bench->context.fetched_body = body;
        ui_refresh(bench->ui, &bench->context);
        ui_draw(bench->ui, &bench->context, bench->grid);
        answers[i] = now_ns() - start;
        bench->context.fetched_path = bench->context.fetched_body = NULL;
        effect_release(&wish);
        bench->context.mono_ms += 60000; // what is known has grown old
    }
    report("view-answer", "schedules", answers, G_N_ELEMENTS(answers));
    for (guint i = 0; i < ROUNDS; i++) {
        gint64 start = now_ns();
        press(bench, i % 50 == 49 ? "+" : "down");
        took[i] = now_ns() - start;
    }
    report("view-key", "schedules", took, ROUNDS);
}

static void measure_screens(Bench *bench)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    for (guint s = 0; s < count; s++) {
        gint64 took[ROUNDS];
        ui_show(bench->ui, screens[s]->id, NULL);
        ui_refresh(bench->ui, &bench->context);
        for (guint i = 0; i < ROUNDS; i++) {
            gint64 start = now_ns();
            ui_draw(bench->ui, &bench->context, bench->grid);
            took[i] = now_ns() - start;
        }
        report("view-draw", screens[s]->name, took, ROUNDS);
    }
}

int main(void)
{
    Bench bench = {
        .picture = make_picture(), .ui = ui_new(), .grid = grid_new(WIDTH, HEIGHT, false)};
    bench.context = (ViewContext){
        .picture = bench.picture, .now_ms = NOW_MS, .local_ms = NOW_MS, .mono_ms = 1000};
    measure_keys(&bench);
    measure_changes(&bench);
    measure_filter(&bench);
    measure_schedules(&bench);
    measure_screens(&bench);
    ui_free(bench.ui);
    grid_free(bench.grid);
    picture_free(bench.picture);
    return 0;
}
