// Signing a sign-off with an SSH key: a child that may wait for a touch or a confirmation, while the form stays.
#include <string.h>

#include "base/error.h"
#include "console/private.h"
#include "model/refusal.h"
#include "model/signature.h"
#include "wire/statement.h"

// ---- which keys there are ----

static void on_keys(GPtrArray *keys, const char *trouble, gpointer data)
{
    Console *console = data;
    console->looking = NULL;
    g_clear_pointer(&console->keys, g_ptr_array_unref);
    console->keys = g_ptr_array_ref(keys);
    g_free(console->key_trouble);
    console->key_trouble = g_strdup(trouble);
    console->signing.keys = console->keys;
    console->signing.trouble = console->key_trouble;
    console_refresh(console);
}

void console_keys_look(Console *console)
{
    const char *wish = console->options.signing_key;
    const char *const files[] = {wish && strchr(wish, '/') ? wish : NULL, NULL};
    console->signing.wish = wish;
    keyring_cancel(console->looking);
    console->looking = keyring_look(files, on_keys, console);
}

// ---- one signature ----

static void set_state(Console *console, SigningState state, const char *failure)
{
    Signing *signing = &console->signing;
    signing->state = state;
    g_free((char *)signing->failure);
    signing->failure = g_strdup(failure);
}

static void fail(Console *console, const char *why)
{
    g_clear_pointer(&console->to_sign, signoff_free);
    set_state(console, SIGNING_FAILED, why);
    console_refresh(console);
}

// The statement of that sign-off as it is in the picture; NULL = there is another one now.
static char *text_to_sign(const Console *console, const SignOff *signoff, GError **error)
{
    const Operation *operation =
        picture_operation(client_picture(console->client), signoff->operation);
    const Operation ballot = operation ? operation_ballot(operation) : (Operation){0};
    if (operation && ballot.statement && g_strcmp0(ballot.digest, signoff->digest) == 0)
        return statement_text_of(ballot.statement, ballot.digest, error);
    g_set_error_literal(error, ERR, ERR_CONFLICT,
                        "The statement has changed: nothing was sent. Read it again, then sign.");
    return NULL;
}

// A refusal leaves the form as it is: with another key, or once the list is right, it may be sent again. Otherwise it
// is over: recorded, or still being asked after.
static void on_sent(json_t *json, const char *text, const GError *error, gpointer data)
{
    Console *console = data;
    (void)json, (void)text;
    console->signing.sent = false;
    if (error && error->domain == REFUSAL) {
        fail(console, error->message);
        return;
    }
    set_state(console, SIGNING_IDLE, NULL);
    console_refresh(console); // the form closes
    if (error)
        console_say_unsent(console, error);
}

static void on_signed(const char *signature, const GError *error, gpointer data)
{
    Console *console = data;
    g_autoptr(GError) changed = NULL;
    console->key_signing = NULL;
    if (error) {
        g_autofree char *why = g_strconcat(error->message, " Nothing was sent.", NULL);
        fail(console, why);
        return;
    }
    g_autofree char *still = text_to_sign(console, console->to_sign, &changed);
    if (!still) {
        fail(console, changed->message);
        return;
    }
    g_autoptr(SignOff) signoff = g_steal_pointer(&console->to_sign);
    signoff->signature = g_strdup(signature);
    console->signing.sent = true;
    console_send_signoff(console, signoff, on_sent);
}

static void start(Console *console, const SigningKey *key, const SignOff *signoff, const char *text)
{
    Signing *signing = &console->signing;
    const Operation *operation =
        picture_operation(client_picture(console->client), signoff->operation);
    g_free((char *)signing->operation);
    g_free((char *)signing->key);
    signing->operation = g_strdup(signoff->operation);
    signing->key = signing_key_words(key, true);
    signing->hardware = signing_key_is_hardware(key);
    signing->since_ms = clock_mono_ms(console->clock);
    set_state(console, SIGNING_RUNNING, NULL);
    console->to_sign = signoff_copy(signoff);
    console->to_sign->key_from = key->from;
    console->key_signing = ssh_sign_start(key, signature_namespace(operation->kind), text,
                                          strlen(text), on_signed, console);
}

void console_key_sign(Console *console, const Effect *effect)
{
    g_autoptr(GError) error = NULL;
    const SigningKey *key = console->keys ? signing_key_find(console->keys, effect->text) : NULL;
    if (console->key_signing)
        return;
    g_free((char *)console->signing.operation);
    console->signing.operation = g_strdup(effect->object);
    g_autofree char *text = text_to_sign(console, effect->signoff, &error);
    if (!text)
        fail(console, error->message);
    else if (!key)
        fail(console, "The key is not there any more. Nothing was sent.");
    else
        start(console, key, effect->signoff, text);
}

void console_key_cancel(Console *console)
{
    if (!console->key_signing)
        return;
    ssh_sign_cancel(g_steal_pointer(&console->key_signing));
    fail(console,
         console->signing.hardware
             ? "Given up: nothing was signed, nothing was sent. The hardware key may blink "
               "on for a while; a touch now counts for nothing."
             : "Given up: nothing was signed, nothing was sent.");
}

void console_keys_release(Console *console)
{
    ssh_sign_cancel(console->key_signing);
    keyring_cancel(console->looking);
    g_clear_pointer(&console->keys, g_ptr_array_unref);
    g_clear_pointer(&console->to_sign, signoff_free);
    g_free(console->key_trouble);
    g_free((char *)console->signing.operation);
    g_free((char *)console->signing.key);
    g_free((char *)console->signing.failure);
}
