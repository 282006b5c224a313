// One cell of the matrix, a workload at a location, in depth: what is under way there, what it needs, and what
// stands around it. The matrix marks it, the workload's page explains it.
#pragma once

#include "view/page.h"

// The step of the group's open operation that is about this cell.
typedef struct {
    const Operation *operation;
    const Step *step;
    bool blocked; // it failed, or the operation is paused or held
    bool waits;   // for sign-offs
} PlaceMove;

// False if nothing is under way there.
bool place_move(const Picture *picture, const WorkloadStatus *workload, const char *location,
                PlaceMove *ret_move);

// In few cells, to be put behind the state: "✎1/2" (signed by one of two), " →on", " →off".
char *place_mark(const PlaceMove *move);

// Fields of a page on one cell. What there is nothing to say about is left out.
void place_say_move(Page *page, const PlaceMove *move);
void place_say_host(Page *page, const Picture *picture, const WorkloadStatus *workload,
                    const InstanceStatus *instance);
void place_say_uses(Page *page, const Picture *picture, const WorkloadStatus *workload,
                    const char *location);

// Where requests go now, of a router and of what stands behind one.
void place_say_route(Page *page, const Picture *picture, const WorkloadStatus *workload);

// The patterns of all workloads of the group together: "active/passive 3, load-balanced 1".
void place_say_combination(Page *page, const Picture *picture, const WorkloadStatus *workload);
