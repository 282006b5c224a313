// Practice keys of the demo: one for whoever runs it and one for bob, made by ssh-keygen, good for this demo only.
#pragma once

#include <glib.h>
#include <stdbool.h>

// Makes the keys, the list of allowed signers and an empty revocation list in `dir`. False if ssh-keygen is not
// installed or makes none: the demo does without.
bool demo_keys_write(const char *dir, const char *person);

// The key of whoever runs the demo in `dir`; NULL if there is none. The caller frees.
char *demo_keys_own(const char *dir);
