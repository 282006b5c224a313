// What the files of the driver for logic workflows share.
#pragma once

#include "driver/job.h"

// The service's word for a workflow's state; INSTANCE_UNKNOWN for words that are not known, and NULL.
InstanceState azure_logic_state(const char *word);

// A workload of kind catalog: all workflows of its resource group, which `url` lists, as an inventory. Ends the job.
void azure_stock_observe(Job *job, const char *url);
