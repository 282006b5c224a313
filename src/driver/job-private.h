// How jobs come and go: for drivers.c, and for what must ask on behalf of several of them.
#pragma once

#include "driver/job.h"

// A job without a callback, with the parameters of another: for a question that several share. It ends
// by job_free.
Job *job_new_shared(const Job *from);
void job_free(Job *job);

// Ends every job, as one of which nothing is known.
void drivers_give_up_jobs(Drivers *drivers);
