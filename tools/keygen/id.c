/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen id */
#include "keygen/keygen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <uuid/uuid.h>

struct id_options {
    const char *resource, *address, *transport, *overlay, *path;
    bool uuid, verbose;
    int64_t replica;
};

static const struct option_row id_rows[] = {
    OPTION_TEXT(0, "resource", "KEY", struct id_options, resource,
                "print the Resource-ID of the resource with this name", NULL,
                "address uuid overlay"),
    OPTION_NUMBER(0, "replica", "N", struct id_options, replica, 0, UINT32_MAX,
                  "with --resource: print the Resource-ID of the N-th replica", "resource", NULL),
    OPTION_TEXT(0, "address", "IP:PORT", struct id_options, address,
                "print the Peer-ID of an address, such as 10.4.1.2:5060 or [2001:db8::1]:5060",
                NULL, "uuid overlay"),
    OPTION_FLAG(0, "uuid", struct id_options, uuid,
                "print a Peer-ID made from a new version 1 UUID", NULL, "overlay"),
    OPTION_TEXT(0, "transport", "PROTO:PORT", struct id_options, transport,
                "with --uuid: hash udp:PORT or tcp:PORT with the UUID", "uuid", NULL),
    OPTION_CALL_ON(0, "overlay", "NAME", struct id_options, overlay, const char *,
                   argument_overlay_option,
                   "print the Overlay field of the overlay with this name"),
    OPTION_FLAG('v', "verbose", struct id_options, verbose,
                "with --uuid: print the hashed text to standard error", "uuid", "quiet"),
    OPTION_TEXT('o', "output", "FILE", struct id_options, path,
                "write to FILE instead of standard output"),
    OPTION_QUIET("print errors only, no warnings"),
    OPTION_END,
};

static const struct command_line id_line = {
    "reload-keygen id (--resource=KEY [--replica=N] | --address=IP:PORT | --uuid "
    "[--transport=PROTO:PORT] | --overlay=NAME) [options]",
    "Prints an identifier in hex.",
    id_rows,
    true,
    "resource|address|uuid|overlay",
    NULL};

/* B§6.1.1: the UUID's text, followed by ";udp;PORT" or ";tcp;PORT" if its time may not be unique.
 */
static reload_err uuid_id(const struct tool *tool, const struct id_options *i,
                          uint8_t id[RELOAD_ID_SIZE])
{
    uuid_t uuid;
    char text[64];
    const char *port = i->transport == NULL ? NULL : strchr(i->transport, ':');
    bool unique = uuid_generate_time_safe(uuid) == 0;
    uuid_unparse_lower(uuid, text);
    if (i->transport != NULL) {
        size_t len = strlen(text);
        if (port == NULL ||
            (strncmp(i->transport, "udp:", 4) != 0 && strncmp(i->transport, "tcp:", 4) != 0))
            tool_usage(tool, "--transport: \"%s\" is not udp:PORT or tcp:PORT", i->transport);
        (void)snprintf(text + len, sizeof text - len, ";%.3s;%" PRId64, i->transport,
                       argument_number(tool, "transport", port + 1, 1, 65535));
    } else if (!unique) {
        tool_warn(tool, "warning: UUIDs made at the same time may be equal on this system; add "
                        "--transport=udp:PORT or --transport=tcp:PORT "
                        "(draft-bryan-p2psip-reload-01, section 6.1.1)");
    }
    if (i->verbose)
        tool_warn(tool, "SHA-1 of %s", text);
    const reload_span hashed = {(const uint8_t *)text, strlen(text)};
    return reload_digest(RELOAD_MD_SHA1, &hashed, 1, id);
}

/* Makes an identifier of *len octets. */
static reload_err make_id(const struct tool *tool, const struct id_options *i,
                          uint8_t id[RELOAD_ID_SIZE], size_t *len)
{
    *len = RELOAD_ID_SIZE;
    if (i->uuid)
        return uuid_id(tool, i, id);
    if (i->resource != NULL)
        return reload_resource_id((const uint8_t *)i->resource, strlen(i->resource),
                                  (uint32_t)i->replica, id);
    if (i->address != NULL) {
        reload_value value;
        if (!reload_address_parse(i->address, &value))
            tool_usage(tool,
                       "--address: \"%s\" is not an address such as 10.4.1.2:5060 or "
                       "[2001:db8::1]:5060",
                       i->address);
        return reload_address_id(value.address, value.ipv6, value.port, id);
    }
    uint32_t overlay = reload_overlay_id(i->overlay);
    *len = sizeof overlay;
    for (size_t k = 0; k < *len; k++)
        id[k] = (uint8_t)(overlay >> (24 - 8 * k));
    return RELOAD_OK;
}

static void print_id(struct tool *tool, const struct id_options *i)
{
    uint8_t id[RELOAD_ID_SIZE];
    char text[2 * RELOAD_ID_SIZE + 2];
    size_t len;
    struct output out;
    reload_err err = make_id(tool, i, id, &len);
    if (err != RELOAD_OK) {
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(err));
        return;
    }
    reload_hex_encode(id, len, text);
    text[2 * len] = '\n';
    if (output_open(&out, tool, i->path, 0)) {
        (void)output_write(&out, text, 2 * len + 1);
        (void)output_close(&out);
    }
}

int id_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen id"};
    struct id_options i = {.replica = NOT_SPECIFIED};
    (void)arguments_parse(&tool, &id_line, argc, argv, &i);
    if (i.replica == NOT_SPECIFIED)
        i.replica = 0;
    print_id(&tool, &i);
    return tool_finish(&tool);
}
