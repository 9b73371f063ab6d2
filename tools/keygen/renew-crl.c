/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen crl */
#include "keygen/keygen.h"

#include <stdlib.h>

struct crl_options {
    const char *dir, *path, *last, *passphrase_file;
    reload_time time;
    reload_time next_update; /* or TIME_NOT_SPECIFIED */
};

static const struct option_row crl_rows[] = {
    KEYGEN_CA(struct crl_options, dir),
    OPTION_TEXT('o', "output", "FILE", struct crl_options, path,
                "write a copy of the CRL to FILE (default: standard output)"),
    OPTION_FILE(0, "crl", "FILE", struct crl_options, last,
                "continue the number and the revocations of the CA's CRL in FILE too"),
    KEYGEN_TIME("time", struct crl_options, time, "set the CRL's date to TIME (default: now)"),
    KEYGEN_TIME("next-update", struct crl_options, next_update,
                "make the CRL expire at TIME (default: 90 days later)"),
    KEYGEN_CA_PASSPHRASE(struct crl_options, passphrase_file),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line crl_line = {
    "reload-keygen crl --ca=DIR [--output=FILE] [options]",
    "Renews the CA's CRL, the list of certificates that the CA has revoked (RFC 5280).",
    crl_rows,
    true,
    "ca",
    NULL};

/* Continues the CRL of --crl, which must be the CA's. */
static bool take_last(struct ca *ca, const char *path)
{
    reload_crl *crl = NULL;
    char *cert_path = ca_path(ca, CA_CERT_FILE);
    bool good = cert_path != NULL && crl_read_last(ca, cert_path, path, &crl) &&
                (crl == NULL || crl_merge(ca, crl, path));
    reload_crl_free(&crl);
    free(cert_path);
    return good;
}

/* If the copy replaces an older CRL of this CA, that CRL is continued too. */
static void renew_crl(struct ca *ca, const struct crl_options *options,
                      const struct crl_dates *dates)
{
    bool own = options->path != NULL && ca_is_own_crl(ca, options->path);
    const char *copy = own ? NULL : options->path == NULL ? "-" : options->path;
    if (!own && !tool_may_write(ca->tool, copy))
        return;
    if (!own && options->path != NULL && !crl_take_over_file(ca, options->path, false))
        return;
    if (options->last == NULL || take_last(ca, options->last))
        (void)crl_renew(ca, dates, copy);
}

int crl_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen crl"};
    struct crl_options options = {.time = tool_now(), .next_update = TIME_NOT_SPECIFIED};
    struct ca ca;
    (void)arguments_parse(&tool, &crl_line, argc, argv, &options);
    keygen_check_clock(&tool, options.time, "time");
    struct crl_dates dates = crl_dates_at(options.time);
    if (options.next_update != TIME_NOT_SPECIFIED)
        dates.next_update = options.next_update;
    if (dates.next_update < dates.this_update)
        tool_usage(&tool, "--next-update is before --time");
    if (ca_open(&ca, &tool, options.dir, options.passphrase_file,
                CA_READ_KEY | CA_ALLOW_SUCCEEDED)) {
        renew_crl(&ca, &options, &dates);
        ca_close(&ca);
    }
    return tool_finish(&tool);
}
