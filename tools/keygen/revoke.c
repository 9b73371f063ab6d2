/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen revoke and crl */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CRL = 64 * 1024 * 1024 };

/* ---- revoke ---- */

struct revoke_options {
    const char *dir, *serial;
    reload_time time;
};

static const struct option_row revoke_rows[] = {
    KEYGEN_CA(struct revoke_options, dir),
    OPTION_TEXT(0, "serial", "HEX", struct revoke_options, serial,
                "revoke the certificate with this serial number, as in the index and reload-dump"),
    KEYGEN_TIME("time", struct revoke_options, time, "revoke it from TIME on (default: now)"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line revoke_line = {
    "reload-keygen revoke --ca=DIR --serial=HEX [options]",
    "Revokes a certificate: every CRL made afterwards lists it.", revoke_rows, true};

/* The entry with a serial number: hex digits of either case, with or without colons, as openssl and
 * reload-dump write it. */
static struct entry *find_serial(const struct index *index, const char *serial)
{
    char digits[40];
    uint8_t octets[sizeof digits / 2];
    size_t len = 0;
    for (; *serial != '\0'; serial++) {
        if (len == sizeof digits)
            return NULL;
        if (*serial != ':')
            digits[len++] = *serial;
    }
    if (len == 0 || !reload_hex_decode(digits, len, octets))
        return NULL;
    for (size_t i = 0; i < index->count; i++)
        if (index->entries[i].serial_len == len / 2 &&
            memcmp(index->entries[i].serial, octets, len / 2) == 0)
            return &index->entries[i];
    return NULL;
}

/* Notes a revocation. Of two dates the earlier one holds. Returns whether the entry has changed. */
static bool revoke_entry(const struct tool *tool, struct entry *entry, const char *serial,
                         reload_time time)
{
    char before[RELOAD_TIME_SIZE], after[RELOAD_TIME_SIZE];
    if (entry->revoked < 0) {
        entry->revoked = time;
        return true;
    }
    reload_time_text(entry->revoked / RELOAD_SECOND, before);
    reload_time_text(time / RELOAD_SECOND, after);
    if (time >= entry->revoked || RL_FAULT("revoke: the earlier date holds")) {
        tool_warn(tool, "warning: certificate %s is already revoked, from %s on", serial, before);
        return false;
    }
    tool_warn(tool, "warning: certificate %s is already revoked, from %s on, and now from %s on",
              serial, before, after);
    entry->revoked = time;
    return true;
}

static void revoke_serial(struct tool *tool, const struct revoke_options *options)
{
    struct ca ca;
    struct index index = {0};
    if (!ca_open(&ca, tool, options->dir))
        return;
    if (index_read(&index, &ca)) {
        struct entry *entry = find_serial(&index, options->serial);
        if (entry == NULL)
            tool_error(tool, STATUS_FAILED, "%s: no certificate with serial number %s",
                       options->dir, options->serial);
        else if (revoke_entry(tool, entry, options->serial, options->time))
            (void)index_write(&index, &ca);
    }
    index_free(&index);
    ca_close(&ca);
}

int revoke_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen revoke"};
    struct revoke_options options = {.time = tool_now()};
    (void)arguments_parse(&tool, &revoke_line, argc, argv, &options);
    if (options.dir == NULL)
        tool_usage(&tool, "--ca is required");
    if (options.serial == NULL)
        tool_usage(&tool, "--serial is required");
    keygen_check_clock(&tool, options.time, "time");
    revoke_serial(&tool, &options);
    return tool_finish(&tool);
}

/* ---- crl ---- */

struct crl_options {
    const char *dir, *path;
    reload_time time;
    reload_time next_update; /* or TIME_NOT_SPECIFIED */
};

static const struct option_row crl_rows[] = {
    KEYGEN_CA(struct crl_options, dir),
    OPTION_TEXT('o', "output", "FILE", struct crl_options, path,
                "write the CRL to FILE instead of standard output"),
    KEYGEN_TIME("time", struct crl_options, time, "date the CRL TIME (default: now)"),
    KEYGEN_TIME("next-update", struct crl_options, next_update,
                "make the CRL expire at TIME (default: 30 days later)"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line crl_line = {
    "reload-keygen crl --ca=DIR [--output=FILE] [options]",
    "Makes a list of the certificates that the CA has revoked (RFC 5280).", crl_rows, true};

/* The revoked entries of an index; NULL without memory. */
static reload_revocation *list_revoked(const struct index *index, size_t *count)
{
    reload_revocation *list = calloc(index->count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list != NULL && i < index->count; i++)
        if (index->entries[i].revoked >= 0)
            list[(*count)++] = (reload_revocation){.serial = index->entries[i].serial,
                                                   .serial_len = index->entries[i].serial_len,
                                                   .time = index->entries[i].revoked};
    return list;
}

/* Raises a number to that of the CRL that is to be replaced. A file that is not the CA's CRL, or
 * cannot be read, has none. */
static bool raise_number(struct ca *ca, const char *path, reload_crl_number *number)
{
    char before[RELOAD_CRL_NUMBER_SIZE], after[RELOAD_CRL_NUMBER_SIZE];
    struct stat st;
    reload_buf octets = {0};
    reload_crl_number old;
    bool found = false;
    reload_err err = RELOAD_OK;
    if (path == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode) || access(path, R_OK) != 0)
        return true;
    if (file_read(ca->tool, path, MAX_CRL, &octets, false))
        err = reload_crl_number_read(octets.octets, octets.len, ca->cert, &old, &found);
    reload_buf_free(&octets);
    if (err != RELOAD_OK) {
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", path, reload_strerror(err));
        return false;
    }
    if (!found || reload_crl_number_compare(&old, number) <= 0)
        return true;
    reload_crl_number_text(number, before);
    reload_crl_number_text(&old, after);
    tool_warn(ca->tool,
              "warning: %s: its CRL number is %s, more than the index's %s, and is continued", path,
              after, before);
    *number = old;
    return true;
}

/* The number of the next CRL, more than any before (RFC 5280 section 5.2.3). Returns false after
 * reporting an error. */
static bool next_number(struct ca *ca, const char *path, reload_crl_number *number)
{
    if (!RL_FAULT("crl: its number exceeds that of the CRL that it replaces") &&
        !raise_number(ca, path, number))
        return false;
    if (reload_crl_number_next(number))
        return true;
    tool_error(ca->tool, STATUS_FAILED,
               "%s: the CRL number is the largest that 20 octets can hold; a new CA is required",
               ca->dir);
    return false;
}

/* Writes the CRL once the index has its number. */
static void write_crl(const char *path, struct ca *ca, const struct index *index,
                      const reload_buf *pem)
{
    struct output out;
    if (!keygen_prepare(&out, ca->tool, path, pem, 0))
        return;
    if (index_write(index, ca))
        (void)keygen_publish(&out, pem);
    else
        output_discard(&out);
}

static void crl_files(const struct crl_options *options, struct ca *ca, struct index *index)
{
    reload_buf pem = {0};
    reload_diag diag = {0};
    reload_crl_spec spec = {
        .size = sizeof spec, .this_update = options->time, .next_update = options->next_update};
    if (!tool_may_write(ca->tool, options->path) ||
        !next_number(ca, options->path, &index->crl_number))
        return;
    spec.number = index->crl_number;
    reload_revocation *list = list_revoked(index, &spec.count);
    spec.entries = list;
    if (list == NULL)
        keygen_no_memory(ca->tool);
    else if (reload_crl_issue(&spec, ca->cert, ca->key, &pem, &diag) != RELOAD_OK)
        tool_error(ca->tool, STATUS_FAILED, "%s", diag.text);
    else
        write_crl(options->path, ca, index, &pem);
    free(list);
    reload_buf_free(&pem);
}

int crl_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen crl"};
    struct crl_options options = {.time = tool_now(), .next_update = TIME_NOT_SPECIFIED};
    struct ca ca;
    struct index index = {0};
    (void)arguments_parse(&tool, &crl_line, argc, argv, &options);
    if (options.dir == NULL)
        tool_usage(&tool, "--ca is required");
    keygen_check_clock(&tool, options.time, "time");
    if (options.next_update == TIME_NOT_SPECIFIED)
        options.next_update = options.time + 30 * KEYGEN_DAY;
    if (options.next_update < options.time)
        tool_usage(&tool, "--next-update is before --time");
    if (!ca_open(&ca, &tool, options.dir))
        return tool_finish(&tool);
    if (index_read(&index, &ca))
        crl_files(&options, &ca, &index);
    index_free(&index);
    ca_close(&ca);
    return tool_finish(&tool);
}
