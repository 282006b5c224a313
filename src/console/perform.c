// Effects performed: the only place where a key turns into something outside the screen.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "console/private.h"
#include "model/refusal.h"
#include "wire/operation.h"

static char *escaped(const char *segment)
{
    return g_uri_escape_string(segment ? segment : "", NULL, FALSE);
}

// The three values of every command: done, refused with the rule, not known.
static void say_failure(Console *console, const char *what, const GError *error)
{
    bool unknown = err_is(error, ERR_UNKNOWN) || err_is(error, ERR_TIMEOUT);
    const char *how = error->domain == REFUSAL ? "refused"
                      : unknown                ? "UNKNOWN, see the log"
                                               : "not sent";
    console_say(console, unknown ? ROLE_ALARM : ROLE_WARN, "%s: %s. %s", what, how, error->message);
}

static void on_proposed(json_t *json, const char *text, const GError *error, gpointer data)
{
    Console *console = data;
    (void)text;
    if (error) {
        say_failure(console, "Proposal", error);
        return;
    }
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, NULL);
    if (!operation)
        return;
    console_say(console, ROLE_OK, "Proposed: %s. It moves nothing before the sign-offs it needs.",
                operation->id);
    ui_show(console->ui, operation->region ? SCREEN_WHOLE : SCREEN_STATEMENT, operation->id);
    console_refresh(console);
}

static void propose(Console *console, const Effect *effect)
{
    json_t *body = json_object();
    json_t *scope = json_object();
    wire_set_text(body, "kind", name_of(&OPERATION_KIND_NAMES, (int)effect->operation_kind));
    wire_set_text(scope, effect->region ? "location" : "group", effect->object);
    if (effect->operation_kind == OPERATION_DRILL)
        wire_set_text(body, "mode", name_of(&DRILL_NAMES, (int)effect->drill));
    json_object_set_new(body, "scope", scope);
    if (effect->to)
        wire_set_text(body, "to", effect->to);
    if (effect->planned >= 0)
        json_object_set_new(body, "planned", json_boolean(effect->planned));
    wire_set_text(body, "reason", effect->text);
    client_post(console->client, "/v1/operations", body, 0, on_proposed, console);
    console_say(console, ROLE_NORMAL, "Proposing …");
}

static void on_command(json_t *json, const char *text, const GError *error, gpointer data)
{
    Console *console = data;
    (void)json, (void)text;
    if (error)
        say_failure(console, "Command", error);
    else
        console_say(console, ROLE_OK, "Accepted and recorded.");
}

static char *command_path(const Effect *effect)
{
    g_autofree char *operation = escaped(effect->object);
    g_autofree char *signoff = effect->to ? escaped(effect->to) : NULL;
    if (strcmp(effect->verb, "confirm") == 0)
        return g_strdup_printf("/v1/operations/%s/steps/%u/confirm", operation, effect->step);
    if (signoff)
        return g_strdup_printf("/v1/operations/%s/signoffs/%s/%s", operation, signoff,
                               strcmp(effect->verb, "review") == 0 ? "review" : "withdraw");
    return g_strdup_printf("/v1/operations/%s/%s", operation, effect->verb);
}

static void command(Console *console, const Effect *effect)
{
    bool confirm = strcmp(effect->verb, "confirm") == 0;
    g_autofree char *path = command_path(effect);
    json_t *body = json_object();
    if (effect->text)
        wire_set_text(body, "reason", effect->text);
    if (effect->ticket && *effect->ticket)
        wire_set_text(body, "ticket", effect->ticket);
    if (effect->how)
        wire_set_text(body, "how", effect->how);
    if (effect->step && !confirm)
        json_object_set_new(body, "step", json_integer(effect->step));
    // Hold must never fail because the operation has moved on meanwhile.
    const Operation *seen = picture_operation(client_picture(console->client), effect->object);
    bool any = effect->to || strcmp(effect->verb, "hold") == 0;
    guint64 revision = seen && !any ? seen->revision : 0;
    client_post(console->client, path, body, revision, on_command, console);
    console_say(console, ROLE_NORMAL, "%s: sent …", effect->verb);
}

static void acknowledge(Console *console, const Effect *effect)
{
    g_autofree char *alarm = escaped(effect->object);
    g_autofree char *path = g_strdup_printf("/v1/alarms/%s/acknowledge", alarm);
    json_t *body = json_object();
    if (effect->text)
        wire_set_text(body, "note", effect->text);
    client_post(console->client, path, body, 0, on_command, console);
}

static void accept_finding(Console *console, const Effect *effect)
{
    g_autofree char *finding = escaped(effect->object);
    g_autofree char *path = g_strdup_printf("/v1/readiness/%s/acknowledge", finding);
    json_t *body = json_object();
    wire_set_text(body, "mark", effect->mark);
    wire_set_text(body, "note", effect->text);
    wire_set_time_ms(body, "until", effect->until_ms);
    client_post(console->client, path, body, 0, on_command, console);
}

// An item of a check-list; `why`: the field that says it.
static void parity(Console *console, const Effect *effect, const char *verb, const char *why)
{
    g_autofree char *name = g_strndup(effect->object, strcspn(effect->object, "/"));
    g_autofree char *group = escaped(name);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/parity/%s", group, verb);
    json_t *body = json_object();
    wire_set_text(body, "workload", effect->object);
    wire_set_text(body, "standby", effect->to);
    wire_set_text(body, "kind", effect->verb);
    wire_set_text(body, "name", effect->name);
    wire_set_text(body, "mark", effect->mark);
    wire_set_text(body, why, effect->text);
    client_post(console->client, path, body, 0, on_command, console);
}

static void withdraw(Console *console, const Effect *effect)
{
    if (effect->name) {
        parity(console, effect, "withdraw", "reason");
        return;
    }
    bool passivation = strcmp(effect->verb, "passivation") == 0;
    g_autofree char *object = escaped(effect->object);
    g_autofree char *path =
        passivation
            ? g_strdup("/v1/passivations/withdraw")
            : g_strdup_printf("/v1/%s/%s/withdraw",
                              strcmp(effect->verb, "alarm") == 0 ? "alarms" : "readiness", object);
    json_t *body = json_object();
    if (passivation) {
        wire_set_text(body, "workload", effect->object);
        wire_set_text(body, "location", effect->to);
    }
    wire_set_text(body, "reason", effect->text);
    client_post(console->client, path, body, 0, on_command, console);
}

static void confirm_parity(Console *console, const Effect *effect)
{
    parity(console, effect, "confirm", "note");
}

static void passivate(Console *console, const Effect *effect)
{
    json_t *body = json_object();
    wire_set_text(body, "workload", effect->object);
    wire_set_text(body, "location", effect->to);
    wire_set_text(body, "reason", effect->text);
    client_post(console->client, "/v1/passivations", body, 0, on_command, console);
    console_say(console, ROLE_NORMAL, "passivate: sent …");
}

static void automation(Console *console, const Effect *effect)
{
    g_autofree char *group = effect->object ? escaped(effect->object) : NULL;
    g_autofree char *path =
        group ? g_strdup_printf("/v1/groups/%s/automation", group) : g_strdup("/v1/automation");
    json_t *body = json_object();
    json_object_set_new(body, "arm", json_boolean(strcmp(effect->verb, "arm") == 0));
    wire_set_text(body, "reason", effect->text);
    if (effect->until_ms)
        wire_set_time_ms(body, "until", effect->until_ms);
    client_post(console->client, path, body, 0, on_command, console);
}

static void review(Console *console, const Effect *effect)
{
    g_autofree char *group = escaped(effect->object);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/plan/review", group);
    json_t *body = json_object();
    wire_set_text(body, "reason", effect->text);
    client_post(console->client, path, body, 0, on_command, console);
}

void console_say_unsent(Console *console, const GError *error)
{
    bool open = !err_is(error, ERR_UNREACHABLE) && error->domain != REFUSAL;
    if (open)
        console_say(console, ROLE_ALARM, "Sign-off UNKNOWN, still asking: %s", error->message);
    else
        say_failure(console, "Sign-off", error);
}

static void on_signed(json_t *json, const char *text, const GError *error, gpointer data)
{
    (void)json, (void)text;
    if (error) // the receipt is told when the journal has it
        console_say_unsent(data, error);
}

void console_send_signoff(Console *console, const SignOff *signoff, ClientDone done)
{
    console_say(console, ROLE_NORMAL, "Sign-off journalled, sending …");
    client_sign(console->client, signoff, done, console);
}

static void sign(Console *console, const Effect *effect)
{
    if (effect->text)
        console_key_sign(console, effect);
    else
        console_send_signoff(console, effect->signoff, on_signed);
}

typedef struct {
    Console *console;
    char *path;
} Fetch;

static void on_fetched(json_t *json, const char *text, const GError *error, gpointer data)
{
    Fetch *asked = data;
    Console *console = asked->console;
    (void)json;
    bool leaving = err_is(error, ERR_CANCELLED);
    console->asking--;
    g_free(console->fetched_path);
    g_free(console->fetched_body);
    g_free(console->fetched_error);
    console->fetched_path = asked->path;
    console->fetched_body = error ? NULL : g_strdup(text);
    console->fetched_error = error ? g_strdup(error->message) : NULL;
    g_free(asked);
    if (!leaving)
        console_refresh(console);
}

static void fetch(Console *console, const Effect *effect)
{
    Fetch *asked = g_new(Fetch, 1);
    *asked = (Fetch){console, g_strdup(effect->text)};
    console->asking++;
    client_get_text(console->client, effect->text, on_fetched, asked);
}

static void write_screen(Console *console, const Effect *effect)
{
    (void)effect;
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(clock_wall_ms(console->clock) / 1000);
    g_autofree char *name = g_date_time_format(now, "signalbox-%Y%m%dT%H%M%SZ.txt");
    ViewContext context = console_context(console);
    int width, height;
    term_size(console->term, &width, &height);
    g_autoptr(Grid) grid = grid_new(width, height, false);
    ui_draw(console->ui, &context, grid);
    g_autofree char *text = grid_text(grid);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    gssize size = (gssize)strlen(text);
    bool ok = fd >= 0 && write(fd, text, (gsize)size) == size;
    if (ok)
        console_say(console, ROLE_OK, "Written to %s.", name);
    else
        console_say(console, ROLE_WARN, "%s could not be written: %s.", name, g_strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void copy(Console *console, const Effect *effect)
{
    if (term_copy(console->term, effect->text))
        console_say(console, ROLE_OK, "Copied.");
    else
        console_say(console, ROLE_WARN, "This terminal does not take a clipboard: %s",
                    effect->text);
}

static void arm(Console *console, const Effect *effect)
{
    (void)effect;
    const Picture *picture = client_picture(console->client);
    guint able = ROLE_BIT_OPERATOR | ROLE_BIT_APPROVER | ROLE_BIT_ADMIN;
    if (!console->armed && !(picture->me.roles & able)) {
        console_say(
            console, ROLE_WARN,
            "Your role (viewer) changes nothing; an admin gives roles in the daemon's file.");
        return;
    }
    console->armed = !console->armed;
    console_say(console, console->armed ? ROLE_WARN : ROLE_NORMAL,
                console->armed ? "Armed: keys that change something are open. A closes them."
                               : "Read-only.");
}

static void quit(Console *console, const Effect *effect)
{
    (void)effect;
    if (ui_is_dirty(console->ui) && !console->quit_asked) {
        console->quit_asked = true;
        console_say(console, ROLE_WARN, "Something is being written. q again leaves without it.");
        return;
    }
    g_main_loop_quit(console->loop);
}

static void change_theme(Console *console, const Effect *effect)
{
    g_autoptr(GError) error = NULL;
    Palette *palette = term_palette(console->term);
    if (palette_init(palette, effect->text, palette->depth, &error)) {
        term_repaint(console->term);
        console_say(console, ROLE_NORMAL, "Theme %s.", effect->text);
    } else
        console_say(console, ROLE_WARN, "%s", error->message);
}

static void watch(Console *console, const Effect *effect)
{
    client_watch(console->client, effect->object);
}

static void check_record(Console *console, const Effect *effect)
{
    console_check_record(console, effect->record);
}

static void break_region(Console *console, const Effect *effect)
{
    console_fault(console, effect->object, effect->verb);
}

static void reload(Console *console, const Effect *effect)
{
    (void)effect;
    client_reload(console->client);
    console_say(console, ROLE_NORMAL, "Fetching everything again …");
}

static void repaint(Console *console, const Effect *effect)
{
    (void)effect;
    term_repaint(console->term);
}

static void suspend(Console *console, const Effect *effect)
{
    (void)effect;
    term_suspend(console->term);
}

static void look_for_keys(Console *console, const Effect *effect)
{
    (void)effect;
    console_keys_look(console);
}

static void cancel_signing(Console *console, const Effect *effect)
{
    (void)effect;
    console_key_cancel(console);
}

// What is not here (screens, messages) is settled in the ui.
static void (*const PERFORM[])(Console *console, const Effect *effect) = {
    [EFFECT_QUIT] = quit,
    [EFFECT_ARM] = arm,
    [EFFECT_PROPOSE] = propose,
    [EFFECT_SIGN] = sign,
    [EFFECT_SIGN_CANCEL] = cancel_signing,
    [EFFECT_KEYS] = look_for_keys,
    [EFFECT_VERIFY] = check_record,
    [EFFECT_COMMAND] = command,
    [EFFECT_ACKNOWLEDGE] = acknowledge,
    [EFFECT_ACCEPT] = accept_finding,
    [EFFECT_WITHDRAW] = withdraw,
    [EFFECT_CONFIRM] = confirm_parity,
    [EFFECT_WATCHING] = watch,
    [EFFECT_COPY] = copy,
    [EFFECT_WRITE] = write_screen,
    [EFFECT_RELOAD] = reload,
    [EFFECT_REPAINT] = repaint,
    [EFFECT_SUSPEND] = suspend,
    [EFFECT_FETCH] = fetch,
    [EFFECT_THEME] = change_theme,
    [EFFECT_AUTOMATION] = automation,
    [EFFECT_REVIEW] = review,
    [EFFECT_PASSIVATE] = passivate,
    [EFFECT_FAULT] = break_region,
};

void console_perform(Console *console, Effect *effect)
{
    bool again = effect->kind != EFFECT_QUIT;
    if ((guint)effect->kind < G_N_ELEMENTS(PERFORM) && PERFORM[effect->kind])
        PERFORM[effect->kind](console, effect);
    if (again)
        console->quit_asked = false;
    if (effect->kind != EFFECT_NONE && console->term)
        term_redraw(console->term);
    effect_release(effect);
}
