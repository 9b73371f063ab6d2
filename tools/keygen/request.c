/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen request */
#include "keygen/keygen.h"

#include <stdio.h>
#include <stdlib.h>

struct request_options {
    const char *output, *seed, *passphrase_file;
    char *prefix;            /* made of output; owned */
    char user[MAX_USER + 1]; /* empty: not specified */
    char subject[MAX_SUBJECT];
    int64_t bits;
    bool force;
};

static void request_user_option(struct tool *tool, const struct option_row *row, const char *text,
                                void *target)
{
    struct request_options *options = target;
    (void)row;
    keygen_user(tool, text, options->user);
}

static const struct option_row request_rows[] = {
    OPTION_TEXT('o', "output", "PREFIX", struct request_options, output,
                "write PREFIX.key and PREFIX.csr"),
    OPTION_CALL(0, "user", "AOR", request_user_option,
                "set the subject to this address of record; the CA chooses the certificate's "
                "names"),
    KEYGEN_BITS(struct request_options, bits, "2048"),
    KEYGEN_PASSPHRASE(struct request_options, passphrase_file,
                      "encrypt PREFIX.key with the passphrase in FILE"),
    OPTION_FLAG(0, "force", struct request_options, force,
                "replace PREFIX.key and PREFIX.csr if they exist"),
    OPTION_TEXT(0, "seed", "HEX", struct request_options, seed,
                "make the key from HEX, for test vectors only"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line request_line = {
    "reload-keygen request --output=PREFIX [options]",
    "Makes a key, which the user keeps, and a certificate request for it.",
    request_rows,
    true,
    "output",
    NULL};

/* Writes the key and its request. */
static void request_files(const struct request_options *options, struct keygen_files *files)
{
    reload_buf pem = {0};
    reload_diag diag = {0};
    files->pem = &pem;
    if (reload_request_write(files->key, options->subject, &pem, &diag) != RELOAD_OK)
        tool_error(files->tool, STATUS_FAILED, "cannot make a request: %s", diag.text);
    else
        (void)keygen_write_files(files);
    reload_buf_free(&pem);
}

static void request(struct tool *tool, const struct request_options *options)
{
    char purpose[512];
    char *key_path = keygen_path(tool, options->prefix, ".key"),
         *request_path = keygen_path(tool, options->prefix, ".csr");
    struct keygen_files files = {.tool = tool,
                                 .key_path = key_path,
                                 .passphrase_file = options->passphrase_file,
                                 .path = request_path,
                                 .force = options->force};
    if (key_path != NULL && request_path != NULL && keygen_may_write_files(&files)) {
        (void)snprintf(purpose, sizeof purpose, "request %s", options->user);
        reload_rng *rng = keygen_rng(tool, options->seed, purpose, true);
        files.key = rng == NULL ? NULL : keygen_key(tool, rng, options->bits);
        if (files.key != NULL)
            request_files(options, &files);
        reload_key_free(&files.key);
        reload_rng_free(&rng);
    }
    free(key_path);
    free(request_path);
}

int request_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen request"};
    struct request_options options = {.bits = 2048};
    (void)arguments_parse(&tool, &request_line, argc, argv, &options);
    keygen_subject_option(&tool, "user", options.user[0] == '\0' ? "RELOAD peer" : options.user,
                          options.subject);
    keygen_check_bits(&tool, options.bits);
    options.prefix = keygen_prefix(&tool, options.output);
    if (options.prefix != NULL)
        request(&tool, &options);
    free(options.prefix);
    return tool_finish(&tool);
}
