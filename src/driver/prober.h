// Health checks over HTTP, as the engine's ProberPort. One probe is one GET with the location's deadline:
// any 2xx is good; a body that says it is degraded, or an answer slower than the location allows, is a
// degraded good one. Connections are kept. What came is said in a few words: "200 in 41 ms".
#pragma once

#include "http/client.h"
#include "port/prober.h"

// `config` as for http_client_new. The clock outlives it.
ProberPort *prober_new(const Clock *clock, const HttpClientConfig *config);

// Gives up every probe: it is answered as one that failed. The callbacks must not ask for more.
void prober_free(ProberPort *port);
