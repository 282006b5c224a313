// doc/openapi.yaml as it was when this was built (made by the Makefile), so that a daemon always serves the
// contract that it keeps.
#pragma once

extern const char OPENAPI_TEXT[];
