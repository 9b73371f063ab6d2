/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen secret */
#include "keygen/keygen.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_BITS = 4096 };

struct secret_options {
    const char *path;
    int64_t bits;
    bool force;
};

static const struct option_row secret_rows[] = {
    OPTION_TEXT('o', "output", "FILE", struct secret_options, path,
                "write the secret to FILE, mode 0600; - is standard output"),
    OPTION_NUMBER(0, "bits", "N", struct secret_options, bits, 8, MAX_BITS,
                  "make a secret of N bits, a multiple of 8 from 8 to 4096 (default: 160)"),
    OPTION_FLAG(0, "force", struct secret_options, force, "replace FILE if it exists"),
    OPTION_QUIET("print errors only, no warnings"),
    OPTION_END,
};

static const struct command_line secret_line = {
    "reload-keygen secret --output=FILE [options]",
    "Makes a random shared secret for an overlay under HMAC.",
    secret_rows,
    true,
    "output",
    NULL};

/* "hex:", the digits and a newline: no octet of the secret can be mistaken for the file's form
 * (D12). */
static void write_secret(struct tool *tool, const char *path, size_t len, bool force)
{
    uint8_t octets[MAX_BITS / 8];
    char digits[2 * sizeof octets];
    struct output out;
    reload_rng *rng;
    tool_hide_memory();
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
    /* the size of HMAC-SHA1's output: RFC 2104 section 3 advises against fewer bits */
    struct secret_options options = {.bits = 160};
    (void)arguments_parse(&tool, &secret_line, argc, argv, &options);
    if (options.force && strcmp(options.path, "-") == 0)
        tool_usage(&tool, "--force cannot be combined with --output=-");
    if (options.bits % 8 != 0)
        tool_usage(&tool, "--bits: %" PRId64 " is not a multiple of 8", options.bits);
    if (options.bits < 160)
        tool_warn(&tool, "warning: fewer than 160 bits weaken HMAC-SHA1 (RFC 2104, section 3)");
    write_secret(&tool, options.path, (size_t)options.bits / 8, options.force);
    return tool_finish(&tool);
}
