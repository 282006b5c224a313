// What all ARM drivers share: a token (client credentials, kept and renewed before it ends, fetched once
// for all who wait), one renewal on 401, obedience to 429, lists page by page.
//
//     endpoint      default "https://management.azure.com"; arm_socket: Unix socket to reach it through
//     authority     default "https://login.microsoftonline.com"
//     tenant, client_id, client_secret_file    without a tenant: as the daemon file says; else no token is sent
//     scope         default endpoint + "/.default"
#pragma once

#include "driver/drivers.h"
#include "driver/job.h"

#define ARM_PARAMETERS                                                                             \
    "endpoint", "arm_socket", "authority", "tenant", "client_id", "client_secret_file", "scope"

// Of these, those that let somebody in; ended by NULL.
extern const char *const arm_credentials[];

enum { ARM_PAGES_MAX = 200, ARM_ITEMS_MAX = 20000 };

// No token yet. `drivers` is borrowed and outlives it.
ArmClient *arm_client_new(Drivers *drivers);
// Copies it: what counts where the fleet names no tenant.
void arm_client_sign_in(ArmClient *client, const AzureSignIn *sign_in);
// After all jobs have ended.
void arm_client_free(ArmClient *client);
void arm_call_free(ArmCall *call);

// The base URL of the job's target. Borrowed.
const char *arm_endpoint(const Job *job);

// Sends `method` to `url` with a token; a command (job->done) carries its headers. `answered` gets the
// end; what says "come back later" is asked again by itself where the deadline allows.
void arm_send(Job *job, const char *method, const char *url, JobAnswered answered);

// Collects the items of a list from all its pages. `listed` gets all of them (borrowed), or an error.
typedef void (*ArmListed)(Job *job, json_t *items, const GError *error);
void arm_list(Job *job, const char *url, guint max_pages, ArmListed listed);
// In `listed`: whether there were more pages than were read.
bool arm_list_is_cut(const Job *job);
