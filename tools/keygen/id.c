/* reload-keygen id */
#include "keygen/keygen.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <uuid/uuid.h>

enum { RESOURCE = 256, REPLICA, ADDRESS, UUID, TRANSPORT, OVERLAY };

/* clang-format off */
static const struct tool_option id_options[] = {
    {RESOURCE, "resource", "KEY", "the Resource-ID of the resource with that name"},
    {REPLICA, "replica", "N", "with --resource: of its N-th replica"},
    {ADDRESS, "address", "IP:PORT", "a Peer-ID from an address, such as 10.4.1.2:5060 or [2001:db8::1]:5060"},
    {UUID, "uuid", NULL, "a Peer-ID from a new version 1 UUID"},
    {TRANSPORT, "transport", "PROTO:PORT", "with --uuid: udp:PORT or tcp:PORT, hashed along with it"},
    {OVERLAY, "overlay", "NAME", "the Overlay field for an overlay's name"},
    {'v', "verbose", NULL, "say on standard error what text was hashed"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};
/* clang-format on */

static const struct tool_help id_help = {
    "reload-keygen id (--resource=KEY [--replica=N] | --address=IP:PORT |\n"
    "                  --uuid [--transport=PROTO:PORT] | --overlay=NAME) [options]",
    "Prints an identifier in hex.",
    id_options,
};

struct id {
    struct tool tool;
    const char *resource, *address, *transport, *overlay;
    bool uuid, verbose;
    uint32_t replica;
};

/* B§6.1.1: the UUID's text, and ";udp;PORT" or ";tcp;PORT" behind it where its time may not be
 * unique. */
static reload_err uuid_id(struct id *i, uint8_t id[RELOAD_ID_SIZE])
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
            tool_usage(&i->tool, "--transport: \"%s\" is not udp:PORT or tcp:PORT", i->transport);
        (void)snprintf(text + len, sizeof text - len, ";%.3s;%" PRIu64, i->transport,
                       tool_number(&i->tool, "--transport", port + 1, 1, 65535));
    } else if (!unique) {
        tool_warn(&i->tool, "warning: nothing on this system keeps UUIDs apart that are made at "
                            "once; add --transport=udp:PORT or "
                            "tcp:PORT (draft-bryan-p2psip-reload-01, section 6.1.1)");
    }
    if (i->verbose)
        tool_warn(&i->tool, "SHA-1 of %s", text);
    return reload_resource_id((const uint8_t *)text, strlen(text), 0,
                              id); /* the hash is the same */
}

static void print_id(struct id *i, const char *path)
{
    uint8_t id[RELOAD_ID_SIZE];
    char text[2 * RELOAD_ID_SIZE + 2];
    size_t len = RELOAD_ID_SIZE;
    reload_err err = RELOAD_OK;
    struct output out;
    if (i->overlay != NULL) {
        uint32_t overlay = reload_overlay_id(i->overlay);
        len = sizeof overlay;
        for (size_t k = 0; k < len; k++)
            id[k] = (uint8_t)(overlay >> (24 - 8 * k));
    } else if (i->address != NULL) {
        reload_value value;
        if (!reload_address_parse(i->address, &value))
            tool_usage(&i->tool,
                       "--address: \"%s\": not an address such as 10.4.1.2:5060 or "
                       "[2001:db8::1]:5060",
                       i->address);
        err = reload_address_id(value.address, value.ipv6, value.port, id);
    } else if (i->uuid) {
        err = uuid_id(i, id);
    } else {
        err = reload_resource_id((const uint8_t *)i->resource, strlen(i->resource), i->replica, id);
    }
    if (err != RELOAD_OK) {
        tool_error(&i->tool, STATUS_FAILED, "%s", reload_strerror(err));
        return;
    }
    reload_hex_encode(id, len, text);
    text[2 * len] = '\n';
    if (output_open(&out, &i->tool, path, 0)) {
        (void)output_write(&out, text, 2 * len + 1);
        (void)output_close(&out);
    }
}

int id_main(int argc, char **argv)
{
    struct id i = {.tool = {.name = "reload-keygen id"}};
    const char *path = NULL, *replica = NULL;
    char *argument;
    int id;
    while ((id = tool_getopt(&i.tool, argc, argv, &id_help, &argument)) != -1) {
        switch (id) {
        case RESOURCE:
            i.resource = argument;
            break;
        case REPLICA:
            replica = argument;
            i.replica = (uint32_t)tool_number(&i.tool, "--replica", argument, 0, UINT32_MAX);
            break;
        case ADDRESS:
            i.address = argument;
            break;
        case UUID:
            i.uuid = true;
            break;
        case TRANSPORT:
            i.transport = argument;
            break;
        case OVERLAY:
            i.overlay = argument;
            break;
        case 'v':
            i.verbose = true;
            break;
        case 'o':
            path = argument;
            break;
        case 'q':
            i.tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (optind < argc)
        tool_usage(&i.tool, "takes no operand \"%s\"", argv[optind]);
    if ((i.resource != NULL) + (i.address != NULL) + i.uuid + (i.overlay != NULL) != 1)
        tool_usage(
            &i.tool,
            "exactly one of --resource, --address, --uuid and --overlay says which identifier");
    if (replica != NULL && i.resource == NULL)
        tool_usage(&i.tool, "--replica goes with --resource");
    if (i.transport != NULL && !i.uuid)
        tool_usage(&i.tool, "--transport goes with --uuid");
    print_id(&i, path);
    return i.tool.status;
}
