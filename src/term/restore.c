#include "term/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
    bool at_exit;  // registered
    int stderr_fd; // the real standard error; -1: it is no terminal and left alone
    int words_fd;  // memory that stands in for it
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

// Memory of a fixed size: writes beyond it fail.
static int words_new(void)
{
    int fd = memfd_create("stderr", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 &&
        (ftruncate(fd, RESTORE_WORDS) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void keep_words(void)
{
    saved.stderr_fd = saved.words_fd = -1;
    if (!isatty(STDERR_FILENO))
        return;
    saved.words_fd = words_new();
    saved.stderr_fd = saved.words_fd < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved.stderr_fd >= 0)
        dup2(saved.words_fd, STDERR_FILENO);
}

// Gives standard error back and says what was said meanwhile. Safe in a signal handler.
static void say_words(void)
{
    char bytes[1024];
    if (saved.stderr_fd < 0)
        return;
    off_t left = lseek(saved.words_fd, 0, SEEK_CUR);
    dup2(saved.stderr_fd, STDERR_FILENO);
    lseek(saved.words_fd, 0, SEEK_SET);
    while (left > 0) {
        gssize n = read(saved.words_fd, bytes, (gsize)MIN(left, (off_t)sizeof bytes));
        if (n <= 0)
            break;
        write_all(STDERR_FILENO, bytes, (gsize)n);
        left -= n;
    }
    lseek(saved.words_fd, 0, SEEK_SET);
}

static void forget_words(void)
{
    if (saved.stderr_fd >= 0)
        close(saved.stderr_fd);
    if (saved.words_fd >= 0)
        close(saved.words_fd);
    saved.stderr_fd = saved.words_fd = -1;
}

void restore_now(void)
{
    if (!saved.armed || !saved.active)
        return;
    int kept = errno;
    saved.active = 0;
    write_all(saved.fd, saved.bytes, saved.n);
    tcsetattr(saved.fd, TCSANOW, &saved.settings);
    say_words();
    errno = kept;
}

void restore_again(void)
{
    if (saved.armed && !saved.active && saved.stderr_fd >= 0)
        dup2(saved.words_fd, STDERR_FILENO);
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
    keep_words();
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
    forget_words();
}

void restore_stop_self(void)
{
    set_handler(SIGTSTP, SIG_DFL, 0);
    raise(SIGTSTP);
    set_handler(SIGTSTP, on_job_control, SA_RESTART);
}
