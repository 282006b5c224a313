// The demo's `!`: a practice region is broken or mended through its control socket.
#include <string.h>

#include "base/text.h"
#include "console/private.h"
#include "wire/json.h"

typedef struct {
    Console *console;
    char *what;
} Fault;

static void on_fault(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Fault *fault = data;
    (void)call;
    if (error || http_response_status(response) >= 300)
        console_say(fault->console, ROLE_WARN, "%s: not done. %s", fault->what,
                    error
                        ? error->message
                        : "The region refused it; see signalbox-site(8) for the faults there are.");
    else
        console_say(fault->console, ROLE_NORMAL, "%s: done. Watch what happens.", fault->what);
    g_free(fault->what);
    g_free(fault);
}

void console_fault(Console *console, const char *location, const char *kind)
{
    if (!console->options.demo || !text_is_name(location))
        return;
    if (!console->demo)
        console->demo = http_client_new(console->clock, NULL);
    g_autofree char *name = g_strconcat(location, ".control.sock", NULL);
    g_autofree char *socket = g_build_filename(console->options.demo, name, NULL);
    g_autoptr(json_t) body = json_object();
    wire_set_text(body, "kind", kind);
    g_autofree char *text = wire_format(body);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Fault *fault = g_new0(Fault, 1);
    fault->console = console;
    fault->what = g_strdup_printf("%s %s", location, kind);
    HttpSpec spec = {.method = "POST",
                     .url = "http://localhost/site/v1/fault",
                     .socket_path = socket,
                     .content_type = "application/json",
                     .body = bytes,
                     .total_ms = 3000};
    http_client_send(console->demo, &spec, on_fault, fault);
}
