#include "view/finding.h"

#include "base/timefmt.h"
#include "model/rules.h"
#include "view/badge.h"
#include "view/words.h"

static void say_rule(Page *page, const char *id)
{
    const Rule *rule = rules_find(id);
    if (rule)
        page_field(page, "HOLDS", ROLE_DIM, "when %s", rule->holds);
}

// Which of the source documents a requirement is from: by its letter.
static const char *document_of(const char *from)
{
    static const struct {
        char letter;
        const char *words;
    } DOCUMENTS[] = {{'L', "workflows with triggers, over several locations"},
                     {'F', "environments with geo-replicated data"},
                     {'P', "standbys that are kept by hand"},
                     {'D', "connectors that live in one region"}};
    for (guint i = 0; from && i < G_N_ELEMENTS(DOCUMENTS); i++)
        if (*from == DOCUMENTS[i].letter)
            return DOCUMENTS[i].words;
    return "everything that is declared";
}

static void say_known(Page *page, const Finding *finding, gint64 now_ms)
{
    char at[24], until[32], left[16];
    if (!finding->acknowledged_by)
        return;
    ago_format(finding->acknowledged_ms, now_ms, true, at);
    time_format_full(finding->acknowledged_until_ms, until);
    calm_left_format(finding->acknowledged_until_ms, now_ms, left);
    page_field(page, "KNOWN", ROLE_OK, "to %s; said %s, until %s (%s left): %s",
               finding->acknowledged_by, at, until, left,
               finding->acknowledged_note ? finding->acknowledged_note : "");
}

void finding_say(Page *page, const Finding *finding, gint64 now_ms)
{
    char since[24], at[32];
    ago_format(finding->since_ms, now_ms, true, since);
    time_format_full(finding->since_ms, at);
    Badge badge = badge_severity(finding->severity);
    page_field(page, "RULE", ROLE_TITLE, "%s %s", finding->rule, finding->title);
    page_field(page, "SEVERITY", badge.role, "%s %s", glyph_text(badge.glyph, false), badge.word);
    page_field(page, "ABOUT", ROLE_NORMAL, "%s", finding->object);
    say_known(page, finding, now_ms);
    page_field(page, "FACTS", ROLE_NORMAL, "%s", finding->facts ? finding->facts : "none given");
    page_field(page, "WAY OUT", ROLE_NORMAL, "%s",
               finding->way_out ? finding->way_out : "none is known");
    say_rule(page, finding->rule);
    page_field(page, "FROM", ROLE_DIM, "requirement %s: %s", finding->from ? finding->from : "-",
               document_of(finding->from));
    // When it was judged last is told only with other facts, so that it says nothing of how old it is.
    page_field(page, "SINCE", ROLE_DIM, "%s (%s); judged anew on every change", at, since);
    if (finding->severity >= SEVERITY_ERROR)
        page_say(page, ROLE_WARN, "A failover can be signed only with this finding in view.");
}
