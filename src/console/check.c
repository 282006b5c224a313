// The signature in an audit record, checked by ssh-keygen while its page is looked at. That it fits what was signed is what
// can be seen from here; whose key it is the daemon knows, and said so when it was recorded.
#include <string.h>

#include "console/private.h"

static void on_checked(const SignatureCheck *check, gpointer data)
{
    Console *console = data;
    console->verifying = NULL;
    signature_check_release(&console->found);
    signature_check_copy(check, &console->found);
    signature_hold_against(&console->found, console->checked_key);
    console->record_check.done = true;
    console->record_check.check = &console->found;
    console_refresh(console);
}

void console_check_record(Console *console, const AuditRecord *record)
{
    g_autofree char *program = agent_program("ssh-keygen", NULL);
    const char *text = record->document ? record->document : "";
    const SshTrust trust = {.keygen = program ? program : "ssh-keygen"};
    const VerifyQuestion question = {
        text,          strlen(text),      record->name_space ? record->name_space : "",
        record->actor, record->signature, record->at_ms};
    ssh_verify_cancel(console->verifying);
    g_free(console->checked_key);
    console->checked_key = g_strdup(record->key);
    console->record_check = (RecordCheck){.seq = record->seq};
    console->verifying = ssh_verify_start(&trust, &question, on_checked, console);
}

void console_check_release(Console *console)
{
    ssh_verify_cancel(console->verifying);
    signature_check_release(&console->found);
    g_free(console->checked_key);
}
