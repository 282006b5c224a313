// Configuration by tables. An option is a row: its name, its type, where its value lies, its bounds, its
// default, and what it means, for people. The row feeds reading, checking, the default, the dump of what
// is in force, and the manual page; so a new option is one row and cannot be undocumented.
//
// A section is a table of options that fill in one object. Sections nest: OPTION_SECTION is one
// `{ … }`, OPTION_LIST a list `( { … }, … )` of objects which each have a name of their own. Every
// mistake of a file is told in one run: after one, reading goes on with the next option.
//
// Used by this folder's own files only; libconfig's types stay behind it.
#pragma once

#include <libconfig.h>
#include <stddef.h>

#include "conf/mistake.h"
#include "conf/near.h"
#include "conf/source.h"
#include "model/names.h"

typedef struct Option Option;
typedef struct OptionType OptionType;
typedef struct OptionSection OptionSection;
typedef struct OptionReader OptionReader;

// Which plain values of the file a type takes; it gets their text.
enum { TAKES_TEXT = 1, TAKES_NUMBER = 2, TAKES_BOOL = 4 };

struct OptionType {
    const char *expected; // "a duration such as \"10s\""
    guint takes;
    bool list;  // takes a list of such values, or one of them
    gsize size; // of the member
    // Sets the member (of a list: appends to it). False if the text is not what is expected; may set
    // `ret_hint`, heap text that is put behind the sentence (", did you mean …?").
    bool (*parse)(OptionReader *reader, const Option *option, const char *text, gpointer member,
                  char **ret_hint);
    // Instead of parse for what is no plain value: reads the setting and tells its mistakes itself.
    void (*read)(OptionReader *reader, const Option *option, config_setting_t *setting,
                 gpointer member);
    // The value as it would stand in the file; NULL if it is not set. The caller frees.
    char *(*write)(const Option *option, gconstpointer member);
};

struct Option {
    const char *name;
    const OptionType *type;
    gsize offset, size; // of the member (OPTION_AT), or 0 and the object's size (OPTION_SELF)
    gint64 min, max;    // bounds in the member's unit; of a text its bytes; 0, 0 = the type's own
    const NameTable *names;
    const OptionSection *section; // of OPTION_SECTION and OPTION_LIST
    const char *fallback;         // the default, as the text of the value; NULL = not set
    bool required;
    bool key;         // of an item of a list: the name by which the item is made; its first row
    const char *help; // sentences, for people
};

struct OptionSection {
    const char *what; // "group", for sentences
    const Option *options;
    guint count;
    const char *help;
    // Of the items of an OPTION_LIST. Makes the object called `name` in `parent`; NULL if that cannot be,
    // with the reason (heap text, a sentence). `name` NULL makes one that is only there to have the rest
    // of it checked, and always succeeds.
    gpointer (*add)(OptionReader *reader, gpointer parent, const char *name, char **ret_why);
    // What holds between options, after all of them are read. NULL = nothing.
    void (*check)(OptionReader *reader, config_setting_t *setting, gpointer object);
};

#define OPTION_AT(type, member)                                                                    \
    .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define OPTION_SELF(type) .offset = 0, .size = sizeof(type)
#define OPTION_ROWS(rows) .options = rows, .count = G_N_ELEMENTS(rows)

// What the path of a Unix socket may have (sockaddr_un).
enum { SOCKET_PATH_MAX = 107 };

// ---- types (src/conf/option-types.c) ----

extern const OptionType OPTION_TEXT; // char *: printable, 1 to max (or 1000) bytes
extern const OptionType OPTION_NAME; // char *: text_is_name
extern const OptionType OPTION_PATH; // char *: made absolute, from the place of the file; max is
                                     // of the whole path then
extern const OptionType OPTION_URL;  // char *: http or https, with a host, without a password
extern const OptionType OPTION_DURATION; // gint64 ms
extern const OptionType OPTION_DATE;     // gint64 wall ms
extern const OptionType OPTION_BOOL;     // bool
extern const OptionType OPTION_NUMBER;   // guint
extern const OptionType OPTION_CHOICE;   // an enum by `names`
extern const OptionType OPTION_FLAGS;    // guint: word i of `names` is bit 1 << i; a list of words
extern const OptionType OPTION_TEXTS;    // GPtrArray * of char *
extern const OptionType OPTION_TABLE;    // GHashTable * of char * to char *: any names
extern const OptionType
    OPTION_SECTION;                  // the options of `section`, in the member or the object itself
extern const OptionType OPTION_LIST; // GPtrArray * of objects of `section`

// ---- reading (src/conf/option.c) ----

struct OptionReader {
    const Source *source;
    GPtrArray *mistakes;
    gpointer root;         // what the whole file fills in
    gconstpointer context; // the loader's own
    guint anonymous;       // objects made without a name so far
    guint here;            // line of the value that is being parsed
    GArray *later;         // checks to be made when everything is read
};

// Reads the file at `path` into `root` by the options of `section`. True if there was no mistake; else
// `mistakes` has them all, in their order, and `root` holds whatever could be read.
bool option_load(const char *path, const OptionSection *section, gpointer root,
                 gconstpointer context, GPtrArray *mistakes);

// Sets all defaults of a section, as reading an empty file would.
void option_defaults(const OptionSection *section, gpointer object);

// Tells a mistake at a setting. The text ends with a full stop.
void option_mistake(OptionReader *reader, const config_setting_t *setting, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

// "found X; expected Y" at a setting; `hint` may be NULL.
void option_unexpected(OptionReader *reader, const config_setting_t *setting, const char *expected,
                       const char *hint);

// Has `check` called with the setting and the object when everything is read.
typedef void (*OptionCheck)(OptionReader *reader, config_setting_t *setting, gpointer object);
void option_later(OptionReader *reader, OptionCheck check, config_setting_t *setting,
                  gpointer object);

// The i-th option, or member, of that name; NULL if the file does not give it.
config_setting_t *option_setting(config_setting_t *section, const char *name);

// The `write` of every type whose member is a char *.
char *option_write_text(const Option *option, gconstpointer member);

// The options of a section that stands at `setting` (NULL: nothing but defaults) into `object`.
void option_read_section(OptionReader *reader, const OptionSection *section,
                         config_setting_t *setting, gpointer object);

// What an option expects, in words with its bounds and choices: "a duration from 1s to 1h". The caller
// frees.
char *option_expected(const Option *option);

// The member of an option in an object.
gpointer option_member(const Option *option, gpointer object);

// ---- writing (src/conf/option-dump.c) ----

// What is in force, as a file that reads back to the same; values that are the default are marked. The
// caller frees.
char *option_dump(const OptionSection *section, gconstpointer object);

// The options as part of a manual page (mdoc). The caller frees.
char *option_manual(const OptionSection *section);

// `text` as libconfig writes it, in quotes. The caller frees.
char *option_quote(const char *text);

// Checks the table itself: sizes, defaults that parse and are in the dump's own form, help. For the
// tests. NULL, or a sentence about the first row that is wrong, which the caller frees.
char *option_check(const OptionSection *section);
