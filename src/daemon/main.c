// signalboxd: the control plane.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include <config.h>

#include "daemon/backup.h"
#include "daemon/confine.h"
#include "daemon/daemon.h"
#include "daemon/load.h"

enum { EXIT_USAGE = 2 };

static int serve(const Options *options)
{
    Daemon daemon;
    int status = EXIT_FAILURE;
    confine_process();
    if (daemon_open(&daemon, options))
        status = daemon_run(&daemon);
    daemon_close(&daemon);
    return status;
}

static int perform(const Options *options)
{
    if (options->version) {
        puts("signalboxd (signalbox) " VERSION);
        return EXIT_SUCCESS;
    }
    if (options->check)
        return load_check(options->files, options->config) ? EXIT_SUCCESS : EXIT_FAILURE;
    if (options->dump)
        return load_dump(options->config) ? EXIT_SUCCESS : EXIT_FAILURE;
    if (options->backup)
        return backup_write(options->config, options->backup) ? EXIT_SUCCESS : EXIT_FAILURE;
    return serve(options);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options options = {0};
    setlocale(LC_CTYPE,
              ""); // for the words of --help only: numbers are written as machines read them
    int status = EXIT_USAGE;
    if (options_parse(&options, argc, argv, &error))
        status = perform(&options);
    else
        fprintf(stderr, "signalboxd: %s.\nTry signalboxd --help.\n", error->message);
    options_release(&options);
    return status;
}
