// What somebody asked, kept by the motion that does it: a copy of the request, of the person and of the texts.
#include "engine/motion.h"

void motion_keep(Motion *motion, gconstpointer request, gsize size)
{
    motion->request = g_memdup2(request, size);
    motion->free_request = g_free;
}

const Person *motion_person(Motion *motion, const Person *person)
{
    motion->person = (Person){g_strdup(person->name), g_strdup(person->how), person->roles};
    return &motion->person;
}

const char *motion_text_opt(Motion *motion, const char *text)
{
    if (text && !motion->texts)
        motion->texts = g_string_chunk_new(256);
    return text ? g_string_chunk_insert(motion->texts, text) : NULL;
}

const char *motion_text(Motion *motion, const char *text)
{
    return motion_text_opt(motion, text ? text : "");
}

static void answer(Engine *engine, Motion *motion, const GError *error)
{
    (void)engine;
    motion->done(error, motion->data);
}

void motion_submit(Engine *engine, Motion *motion, gconstpointer request, gsize size,
                   EngineDone done, gpointer data)
{
    motion_keep(motion, request, size);
    motion->done = done;
    motion->data = data;
    motion->finished = answer;
    motion_ask(engine, motion);
}
