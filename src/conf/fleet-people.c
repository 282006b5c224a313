// Options of a group that speak of people: who answers for it, who does which steps, what customers are told, and
// when a failback may begin.
#include "conf/fleet-options.h"

#include "model/notice.h"
#include "model/window.h"

static bool parse_notice(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    g_autoptr(GError) error = NULL;
    if (!OPTION_TEXT.parse(reader, option, text, member, ret_hint))
        return false;
    if (notice_check(text, &error))
        return true;
    *ret_hint = g_strdup_printf(": %s", error->message);
    return false;
}

static const OptionType NOTICE = {.expected = "a text whose fields stand in braces",
                                  .takes = TAKES_TEXT,
                                  .size = sizeof(char *),
                                  .parse = parse_notice,
                                  .write = option_write_text};

static bool parse_window(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    return day_window_parse(text, member);
}

static char *write_window(const Option *option, gconstpointer member)
{
    g_autofree char *text = day_window_format(member);
    (void)option;
    return text ? option_quote(text) : NULL;
}

const OptionType OPTION_WINDOW = {.expected = "a window of the day in UTC such as \"22:00-04:00\"",
                                  .takes = TAKES_TEXT,
                                  .size = sizeof(DayWindow),
                                  .parse = parse_window,
                                  .write = write_window};

enum { NOTICE_MAX = 2000 };

static const Option NOTICE_OPTIONS[] = {
    {"planned", &NOTICE, OPTION_AT(Group, notices[NOTICE_PLANNED]), .max = NOTICE_MAX,
     .help = "Before a planned failover begins."},
    {"failover", &NOTICE, OPTION_AT(Group, notices[NOTICE_FAILOVER]), .max = NOTICE_MAX,
     .help = "Once the group runs in the standby."},
    {"failback", &NOTICE, OPTION_AT(Group, notices[NOTICE_FAILBACK]), .max = NOTICE_MAX,
     .help = "Before the interruption of a failback begins."},
    {"home", &NOTICE, OPTION_AT(Group, notices[NOTICE_HOME]), .max = NOTICE_MAX,
     .help = "Once the group is home again."},
};

const OptionSection NOTICE_SECTION = {
    .what = "notices",
    OPTION_ROWS(NOTICE_OPTIONS),
    .help = "What the customers are told. The fields {group}, {title}, {from}, {to}, {rto}, {rpo}, "
            "{reduced} and {owner} are filled in when the plan is made; each text becomes a step: "
            "delivered by the daemon's sinks that name the topic notice, or, where there is none, "
            "sent by "
            "a person who confirms that. A drill tells nobody."};

// The steps that somebody can be named for are those that there are.
void fleet_check_responsibilities(OptionReader *reader, config_setting_t *setting,
                                  const Group *group)
{
    config_setting_t *table = option_setting(setting, "responsibilities");
    if (!table || config_setting_type(table) != CONFIG_TYPE_GROUP)
        return; // told when it was read
    (void)group;
    for (int i = 0; i < config_setting_length(table); i++) {
        config_setting_t *entry = config_setting_get_elem(table, (unsigned)i);
        Near near = {.text = config_setting_name(entry)};
        bool known = false;
        for (guint k = 0; k < STEP_KIND_NAMES.count; k++) {
            known = known || g_str_equal(near.text, STEP_KIND_NAMES.names[k]);
            near_try(&near, STEP_KIND_NAMES.names[k]);
        }
        if (known)
            continue;
        g_autofree char *hint = near_hint(&near);
        g_autofree char *kinds = name_list(&STEP_KIND_NAMES);
        option_mistake(reader, entry, "there are no steps of kind \"%.40s\"; known are: %s%s",
                       near.text, kinds, *hint ? hint : ".");
    }
}
