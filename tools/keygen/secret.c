/* reload-keygen secret */
#include "keygen/keygen.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

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

/* "hex:", the digits and a newline, so that no octet of the secret can be taken for the file's form
 * (D12). */
static void write_secret(struct tool *tool, const char *path, size_t len, bool force)
{
    uint8_t octets[MAX_BITS / 8];
    char digits[2 * sizeof octets];
    struct output out;
    reload_rng *rng;
    reload_err err = reload_rng_new(NULL, 0, &rng);
    if (err == RELOAD_OK)
        err = reload_rng_fill(rng, octets, len);
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
        (void)output_close(&out);
    }
    explicit_bzero(octets, sizeof octets);
    explicit_bzero(digits, sizeof digits);
}

int secret_main(int argc, char **argv)
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
