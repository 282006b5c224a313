// An alarm's event as Alertmanager's webhook tells it to its receivers (version 4 of that format), for receivers that
// know nothing else.
#pragma once

#include "sink/event.h"

// NULL if the event is no alarm's. The caller frees.
char *alertmanager_format(const SinkEvent *event, const char *receiver);
