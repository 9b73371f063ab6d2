/* reload-keygen: shared secrets and identifiers. */
#include "common/tool.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

/* ---- secret ---- */

enum { FORCE = 256, BITS };

static const struct tool_option secret_options[] = {
    {'o', "output", "FILE", "write the secret to FILE, mode 0600; - is standard output"},
    {BITS, "bits", "N", "how long it is, a multiple of 8 from 8 to 4096 (default: 160)"},
    {FORCE, "force", NULL, "replace FILE where it exists already"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help secret_help = {
    "reload-keygen secret --output=FILE [options]",
    "Makes a random shared secret for an overlay run under HMAC.",
    secret_options,
};

enum { MAX_BITS = 4096 };

/* "hex:", the digits and a newline, so that no octet of the secret can be taken for the file's form (D12). */
static void write_secret(struct tool *tool, const char *path, size_t len, bool force)
{
    uint8_t octets[MAX_BITS / 8];
    char digits[2 * sizeof octets];
    struct output out;
    reload_rng *rng = reload_rng_new(NULL, 0);
    reload_err err = rng == NULL ? RELOAD_ERR_CRYPTO : reload_rng_fill(rng, octets, len);
    reload_rng_free(&rng);
    if (err != RELOAD_OK) {
        tool_error(tool, STATUS_FAILED, "no random octets: %s", reload_strerror(err));
        return;
    }
    reload_hex_encode(octets, len, digits);
    if (output_open(&out, tool, path, OUTPUT_SECRET | (force ? OUTPUT_FORCE : 0))) {
        (void)output_write(&out, "hex:", 4);
        (void)output_write(&out, digits, 2 * len);
        (void)output_write(&out, "\n", 1);
        output_close(&out);
    }
    explicit_bzero(octets, sizeof octets);
    explicit_bzero(digits, sizeof digits);
}

static int secret_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen secret"};
    const char *path = NULL;
    uint64_t bits = 160; /* of HMAC-SHA1's output: RFC 2104 section 3 advises against fewer */
    bool force = false;
    char *argument;
    int id;
    while ((id = tool_getopt(&tool, argc, argv, &secret_help, &argument)) != -1) {
        switch (id) {
        case 'o':
            path = argument;
            break;
        case BITS:
            bits = tool_number(&tool, "--bits", argument, 8, MAX_BITS);
            break;
        case FORCE:
            force = true;
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
    if (path == NULL)
        tool_usage(&tool, "--output says where the secret goes");
    if (bits % 8 != 0)
        tool_usage(&tool, "--bits: %" PRIu64 " is not a multiple of 8", bits);
    if (bits < 160)
        tool_warn(&tool, "warning: fewer than 160 bits weaken HMAC-SHA1 (RFC 2104, section 3)");
    write_secret(&tool, path, (size_t)bits / 8, force);
    return tool.status;
}

/* ---- id ---- */

enum { RESOURCE = 256, REPLICA, ADDRESS, UUID, TRANSPORT, OVERLAY };

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

/* B§6.1.1: the UUID's text, and ";udp;PORT" or ";tcp;PORT" behind it where its time may not be unique. */
static reload_err uuid_id(struct id *i, uint8_t id[RELOAD_ID_SIZE])
{
    uuid_t uuid;
    char text[64];
    const char *port = i->transport == NULL ? NULL : strchr(i->transport, ':');
    bool unique = uuid_generate_time_safe(uuid) == 0;
    uuid_unparse_lower(uuid, text);
    if (i->transport != NULL) {
        size_t len = strlen(text);
        if (port == NULL || (strncmp(i->transport, "udp:", 4) != 0 && strncmp(i->transport, "tcp:", 4) != 0))
            tool_usage(&i->tool, "--transport: \"%s\" is not udp:PORT or tcp:PORT", i->transport);
        (void)snprintf(text + len, sizeof text - len, ";%.3s;%" PRIu64, i->transport,
                       tool_number(&i->tool, "--transport", port + 1, 1, 65535));
    } else if (!unique) {
        tool_warn(&i->tool, "warning: nothing on this system keeps UUIDs apart that are made at once; add --transport=udp:PORT or "
                            "tcp:PORT (draft-bryan-p2psip-reload-01, section 6.1.1)");
    }
    if (i->verbose)
        tool_warn(&i->tool, "SHA-1 of %s", text);
    return reload_resource_id((const uint8_t *)text, strlen(text), 0, id); /* the hash is the same */
}

static void print_id(struct id *i, const char *path)
{
    uint8_t id[RELOAD_ID_SIZE];
    char text[2 * RELOAD_ID_SIZE + 2];
    size_t len = RELOAD_ID_SIZE;
    reload_err err = RELOAD_OK;
    reload_diag diag = {0};
    struct output out;
    if (i->overlay != NULL) {
        uint32_t overlay = reload_overlay_id(i->overlay);
        len = sizeof overlay;
        for (size_t k = 0; k < len; k++)
            id[k] = (uint8_t)(overlay >> (24 - 8 * k));
    } else if (i->address != NULL) {
        err = reload_address_id(i->address, id, &diag);
        if (err == RELOAD_ERR_VALUE)
            tool_usage(&i->tool, "--address: \"%s\": %s", i->address, diag.text);
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
        output_close(&out);
    }
}

static int id_main(int argc, char **argv)
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
        tool_usage(&i.tool, "exactly one of --resource, --address, --uuid and --overlay says which identifier");
    if (replica != NULL && i.resource == NULL)
        tool_usage(&i.tool, "--replica goes with --resource");
    if (i.transport != NULL && !i.uuid)
        tool_usage(&i.tool, "--transport goes with --uuid");
    print_id(&i, path);
    return i.tool.status;
}

/* ---- The tool ---- */

static const struct tool_option no_options[] = {{0, NULL, NULL, NULL}};

static const struct tool_help help = {
    "reload-keygen secret --output=FILE [options]\n"
    "reload-keygen id (--resource=KEY | --address=IP:PORT | --uuid | --overlay=NAME) [options]",
    "Makes shared secrets and identifiers; 'reload-keygen COMMAND --help' tells more.",
    no_options,
};

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen"};
    char *argument;
    if (argc > 1 && strcmp(argv[1], "secret") == 0)
        return secret_main(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "id") == 0)
        return id_main(argc - 1, argv + 1);
    (void)tool_getopt(&tool, argc, argv, &help, &argument);
    if (optind < argc)
        tool_usage(&tool, "unknown command \"%s\"", argv[optind]);
    tool_usage(&tool, "a command is wanted: secret or id");
}
