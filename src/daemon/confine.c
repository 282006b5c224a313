#include "daemon/confine.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

// More would cost memory and serve nobody.
enum { DESCRIPTORS_MAX = 262144 };

static volatile sig_atomic_t hung_up;

static void on_hangup(int number)
{
    hung_up = number;
}

bool confine_hung_up(void)
{
    return hung_up != 0;
}

static guint raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    rlim_t wanted = MIN(limit.rlim_max, (rlim_t)DESCRIPTORS_MAX);
    struct rlimit raised = {MAX(limit.rlim_cur, wanted), limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return (guint)MIN(limit.rlim_cur, (rlim_t)G_MAXUINT);
}

guint confine_process(void)
{
    const struct rlimit no_core = {0, 0};
    umask(077);
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, on_hangup);
    return raise_descriptors();
}
