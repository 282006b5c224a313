// What the files of the site driver share.
#pragma once

#include "driver/job.h"

// The region's name for the job's group, and for its workload.
const char *site_group_name(const Job *job);
const char *site_workload_name(const Job *job);

// The bearer token to send, NULL if there is none. False: its file cannot be read.
bool site_token(const Job *job, char **ret_token, GError **error);

// Observes a catalog or a connector (site-stock.c). The parameter "endpoint" is there.
void site_stock_observe(Job *job);
