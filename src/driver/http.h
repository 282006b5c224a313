// What the two files of the http driver share.
#pragma once

#include "driver/job.h"

// The bearer token, or NULL if there is none to send. False: it cannot be read. The caller frees.
bool http_token(const Job *job, char **ret_token, GError **error);

// True if the target is asked what it holds, too.
bool http_has_inventory(const Job *job);

// Asks for it and ends the job. Takes the observation.
void http_inventory_ask(Job *job, Observation *observation);
