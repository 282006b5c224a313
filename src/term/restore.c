#include "term/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// How long a way out waits for a terminal that takes nothing.
enum { STALLED_MS = 200, STACK_SIZE = 65536 };

static struct {
    volatile sig_atomic_t armed;  // there is something to bring back
    volatile sig_atomic_t active; // it has not been brought back yet
    int fd;
    int signal_fd;
    struct termios settings;
    char bytes[RESTORE_BYTES];
    gsize n;
    bool at_exit; // registered
} saved;

// Ways to die that leave no time for anything else.
static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,
                             SIGTRAP, SIGSYS,  SIGQUIT, SIGXCPU, SIGXFSZ};
// The rest of what ends a program by default. The loop takes these over with handlers of its own
// while it runs; these are for the time before and after.
static const int ending[] = {SIGTERM, SIGHUP,  SIGINT,    SIGUSR1,
                             SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF};

static void write_all(int fd, const char *bytes, gsize n)
{
    while (n > 0) {
        gssize written = write(fd, bytes, n);
        if (written > 0) {
            bytes += written;
            n -= (gsize)written;
            continue;
        }
        if (written < 0 && errno != EAGAIN && errno != EINTR)
            return;
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (poll(&wait, 1, STALLED_MS) <= 0 || !(wait.revents & POLLOUT))
            return;
    }
}

void restore_now(void)
{
    if (!saved.armed || !saved.active)
        return;
    int kept = errno;
    saved.active = 0;
    write_all(saved.fd, saved.bytes, saved.n);
    tcsetattr(saved.fd, TCSANOW, &saved.settings);
    errno = kept;
}

void restore_again(void)
{
    saved.active = saved.armed;
}

// SA_RESETHAND has put the default back, so raising it again ends the program as it should.
static void on_deadly(int number)
{
    restore_now();
    raise(number);
}

static void on_job_control(int number)
{
    int kept = errno;
    char byte = (char)number;
    gssize written = write(saved.signal_fd, &byte, 1);
    (void)written; // a full pipe already says that there is something to do
    errno = kept;
}

static void set_handler(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

// Only where nobody else has put a handler: a sanitizer's report or a test's own come first.
static void set_if_default(int number, void (*handler)(int), int flags)
{
    struct sigaction old;
    if (sigaction(number, NULL, &old) == 0 && !(old.sa_flags & SA_SIGINFO) &&
        old.sa_handler == SIG_DFL)
        set_handler(number, handler, flags);
}

static void unset(int number, void (*handler)(int))
{
    struct sigaction old;
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == handler)
        set_handler(number, SIG_DFL, 0);
}

// A stack of its own for the handlers: the program's may be what overflowed.
static void use_own_stack(void)
{
    static char stack[STACK_SIZE];
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
}

void restore_arm(int fd, int signal_fd, const struct termios *settings, const char *bytes, gsize n)
{
    g_assert(n <= RESTORE_BYTES);
    saved.fd = fd;
    saved.signal_fd = signal_fd;
    saved.settings = *settings;
    memcpy(saved.bytes, bytes, n);
    saved.n = n;
    saved.armed = saved.active = 1;
    if (!saved.at_exit)
        atexit(restore_now);
    saved.at_exit = true;
    use_own_stack();
    for (gsize i = 0; i < G_N_ELEMENTS(deadly); i++)
        set_if_default(deadly[i], on_deadly, (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK));
    for (gsize i = 0; i < G_N_ELEMENTS(ending); i++)
        set_if_default(ending[i], on_deadly, (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK));
    set_handler(SIGTSTP, on_job_control, SA_RESTART);
    set_handler(SIGCONT, on_job_control, SA_RESTART);
}

void restore_disarm(void)
{
    restore_now();
    for (gsize i = 0; i < G_N_ELEMENTS(deadly); i++)
        unset(deadly[i], on_deadly);
    for (gsize i = 0; i < G_N_ELEMENTS(ending); i++)
        unset(ending[i], on_deadly);
    set_handler(SIGTSTP, SIG_DFL, 0);
    set_handler(SIGCONT, SIG_DFL, 0);
    saved.armed = 0;
}

void restore_stop_self(void)
{
    set_handler(SIGTSTP, SIG_DFL, 0);
    raise(SIGTSTP);
    set_handler(SIGTSTP, on_job_control, SA_RESTART);
}
