/* reload-keygen revoke and crl */
#include "keygen/keygen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CA = 256, SERIAL, TIME, NEXT_UPDATE };

static const struct tool_option revoke_options[] = {
    {CA, "ca", "DIR", "the CA's directory"},
    {SERIAL, "serial", "HEX",
     "the certificate's serial number, as the index and reload-dump show it"},
    {TIME, "time", "TIME", "from when on (default: now)"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help revoke_help = {
    "reload-keygen revoke --ca=DIR --serial=HEX [options]",
    "Revokes a certificate; the CRLs that are made from then on list it.",
    revoke_options,
};

static const struct tool_option crl_options[] = {
    {CA, "ca", "DIR", "the CA's directory"},
    {'o', "output", "FILE", "write the CRL to FILE instead of standard output"},
    {TIME, "time", "TIME", "when it is made (default: now)"},
    {NEXT_UPDATE, "next-update", "TIME", "when it is out of date (default: 30 days later)"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help crl_help = {
    "reload-keygen crl --ca=DIR [--output=FILE] [options]",
    "Makes a list of the certificates that the CA has revoked (RFC 5280).",
    crl_options,
};

/* The entry with a serial number in hex, of either case, with colons or without, as openssl and
 * reload-dump write it. NULL: none. */
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

static void revoke(struct tool *tool, const char *dir, const char *serial, int64_t time)
{
    struct ca ca;
    struct index index = {0};
    if (!ca_open(&ca, tool, dir))
        return;
    if (index_read(&index, &ca)) {
        struct entry *entry = find_serial(&index, serial);
        if (entry == NULL) {
            tool_error(tool, STATUS_FAILED, "%s: no certificate with the serial number %s", dir,
                       serial);
        } else if (entry->revoked >= 0) {
            tool_warn(tool, "warning: revoked already");
        } else {
            entry->revoked = time;
            (void)index_write(&index, &ca);
        }
    }
    index_free(&index);
    ca_close(&ca);
}

int revoke_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen revoke"};
    const char *dir = NULL, *serial = NULL;
    int64_t when = (int64_t)time(NULL);
    char *argument;
    int id;
    while ((id = tool_getopt(&tool, argc, argv, &revoke_help, &argument)) != -1) {
        switch (id) {
        case CA:
            dir = argument;
            break;
        case SERIAL:
            serial = argument;
            break;
        case TIME:
            when = keygen_time(&tool, "--time", argument);
            break;
        case 'q':
            tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (optind < argc)
        tool_usage(&tool, "takes no operand \"%s\"", argv[optind]);
    if (dir == NULL || serial == NULL)
        tool_usage(&tool, "--ca and --serial say whose certificate, and which");
    revoke(&tool, dir, serial, when);
    return tool.status;
}

/* ---- crl ---- */

/* The revoked ones of an index. NULL without memory. */
static reload_revocation *list_revoked(const struct index *index, size_t *count)
{
    reload_revocation *list = calloc(index->count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list != NULL && i < index->count; i++)
        if (index->entries[i].revoked >= 0)
            list[(*count)++] =
                (reload_revocation){.serial = index->entries[i].serial,
                                    .serial_len = index->entries[i].serial_len,
                                    .time = index->entries[i].revoked * RELOAD_SECOND};
    return list;
}

static void make_crl(struct tool *tool, const char *dir, const char *path, int64_t this_update,
                     int64_t next_update)
{
    struct ca ca;
    struct index index = {0};
    reload_buf pem = {0};
    reload_diag diag = {0};
    size_t count;
    if (!ca_open(&ca, tool, dir))
        return;
    if (index_read(&index, &ca)) {
        reload_revocation *list = list_revoked(&index, &count);
        index.crl_number++; /* grows with each CRL (RFC 5280 section 5.2.3) */
        const reload_crl_spec spec = {.size = sizeof spec,
                                      .entries = list,
                                      .count = count,
                                      .this_update = this_update * RELOAD_SECOND,
                                      .next_update = next_update * RELOAD_SECOND,
                                      .number = index.crl_number};
        if (list == NULL)
            tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        else if (reload_crl_issue(&spec, ca.cert, ca.key, &pem, &diag) != RELOAD_OK)
            tool_error(tool, STATUS_FAILED, "%s", diag.text);
        else if (index_write(&index, &ca))
            (void)keygen_write(tool, path, &pem);
        free(list);
    }
    reload_buf_free(&pem);
    index_free(&index);
    ca_close(&ca);
}

int crl_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen crl"};
    const char *dir = NULL, *path = NULL;
    int64_t when = (int64_t)time(NULL), next = -1;
    char *argument;
    int id;
    while ((id = tool_getopt(&tool, argc, argv, &crl_help, &argument)) != -1) {
        switch (id) {
        case CA:
            dir = argument;
            break;
        case 'o':
            path = argument;
            break;
        case TIME:
            when = keygen_time(&tool, "--time", argument);
            break;
        case NEXT_UPDATE:
            next = keygen_time(&tool, "--next-update", argument);
            break;
        case 'q':
            tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (optind < argc)
        tool_usage(&tool, "takes no operand \"%s\"", argv[optind]);
    if (dir == NULL)
        tool_usage(&tool, "--ca says whose CRL");
    if (next >= 0 && next < when)
        tool_usage(&tool, "--next-update lies before --time");
    make_crl(&tool, dir, path, when, next < 0 ? when + INT64_C(30) * 86400 : next);
    return tool.status;
}
