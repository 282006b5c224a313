#include "base/clock.h"

#include <time.h>

static gint64 read_ms(clockid_t id)
{
    struct timespec ts;
    int rc = clock_gettime(id, &ts);
    g_assert(rc == 0);
    return (gint64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static gint64 system_wall_ms(const Clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_REALTIME);
}

static gint64 system_mono_ms(const Clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_BOOTTIME);
}

const Clock *clock_system(void)
{
    static const Clock SYSTEM = {system_wall_ms, system_mono_ms};
    return &SYSTEM;
}

static gint64 fake_wall_ms(const Clock *clock)
{
    return ((const FakeClock *)clock)->wall;
}

static gint64 fake_mono_ms(const Clock *clock)
{
    return ((const FakeClock *)clock)->mono;
}

void fake_clock_init(FakeClock *fake, gint64 wall_ms)
{
    *fake = (FakeClock){{fake_wall_ms, fake_mono_ms}, wall_ms, 1000000};
}

void fake_clock_advance(FakeClock *fake, gint64 ms)
{
    fake->wall += ms;
    fake->mono += ms;
}
