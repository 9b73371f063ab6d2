/* SPDX-License-Identifier: BSD-2-Clause */
#include "keygen/keygen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

reload_time keygen_now(void)
{
    return (reload_time)time(NULL) * RELOAD_SECOND;
}

void keygen_no_memory(struct tool *tool)
{
    tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
}

/* The octets of a seed followed by a purpose, so that the values made from one seed differ. */
static void append_seed(const struct tool *tool, const char *seed, const char *purpose,
                        reload_buf *octets)
{
    size_t len = strlen(seed);
    uint8_t octet;
    bool good = len > 0 && len % 2 == 0;
    for (size_t i = 0; good && i < len; i += 2) {
        good = reload_hex_decode(seed + i, 2, &octet);
        reload_buf_append(octets, &octet, 1);
    }
    if (!good)
        tool_usage(tool, "--seed: \"%s\" is not an even number of hex digits", seed);
    reload_buf_append(octets, purpose, strlen(purpose) + 1);
}

reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose)
{
    reload_buf octets = {0};
    reload_rng *rng = NULL;
    if (seed != NULL) {
        append_seed(tool, seed, purpose, &octets);
        tool_warn(tool, "warning: with --seed the key is not secret; use it for test vectors only");
    }
    reload_err err =
        octets.err != RELOAD_OK ? octets.err : reload_rng_new(octets.octets, octets.len, &rng);
    reload_buf_free(&octets);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
    return rng;
}

/* Writes a file. Returns false after reporting an error. */
static bool write_file(struct tool *tool, const char *path, const reload_buf *text, unsigned flags)
{
    struct output out;
    if (!output_open(&out, tool, path, flags))
        return false;
    (void)output_write(&out, text->octets, text->len);
    return output_close(&out);
}

bool keygen_write(struct tool *tool, const char *path, reload_buf *text)
{
    bool good = text->err == RELOAD_OK;
    if (!good)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(text->err));
    good = good && write_file(tool, path, text, 0);
    reload_buf_free(text);
    return good;
}

reload_key *keygen_key(struct tool *tool, reload_rng *rng, int64_t bits)
{
    reload_key *key = NULL;
    tool_hide_memory();
    reload_err err = reload_key_generate(rng, (unsigned)bits, &key);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "cannot make a key: %s", reload_strerror(err));
    return key;
}

/* A key_taker. */
static reload_err take_key(void *arg, const uint8_t *octets, size_t len, const char *passphrase,
                           reload_diag *diag)
{
    return reload_key_parse(octets, len, passphrase, arg, diag);
}

bool keygen_read_key(struct tool *tool, const char *path, reload_key **key)
{
    return key_read(tool, path, NULL, take_key, key);
}

bool keygen_serial(struct tool *tool, reload_rng *rng, uint8_t serial[SERIAL_SIZE])
{
    reload_err err = reload_rng_fill(rng, serial, SERIAL_SIZE);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and of full length */
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
    return err == RELOAD_OK;
}

bool keygen_write_key(struct tool *tool, reload_key *key, const char *path, bool force)
{
    reload_buf pem = {0};
    reload_err err = reload_key_write(key, &pem);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(err));
    bool good = err == RELOAD_OK &&
                write_file(tool, path, &pem, OUTPUT_SECRET | (force ? OUTPUT_FORCE : 0));
    reload_buf_free(&pem);
    return good;
}

void keygen_check_bits(const struct tool *tool, int64_t bits)
{
    if (bits < 2048)
        tool_warn(tool, "warning: verifiers reject a key of fewer than 2048 bits, unless "
                        "--min-rsa-bits accepts it");
}

bool keygen_may_write(struct tool *tool, const char *path, bool force)
{
    if (force || access(path, F_OK) != 0)
        return tool_may_write(tool, path);
    tool_error(tool, STATUS_FAILED, "%s: already exists; --force replaces it", path);
    return false;
}

char *keygen_path(struct tool *tool, const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    char *path = malloc(a_len + b_len + 1);
    if (path == NULL) {
        keygen_no_memory(tool);
        return NULL;
    }
    memcpy(path, a, a_len);
    memcpy(path + a_len, b, b_len + 1);
    return path;
}

void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1])
{
    static const char *const prefixes[] = {"sip:", "sips:", "mailto:"};
    const char *from = text;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && from == text; i++)
        if (strncasecmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            from = text + strlen(prefixes[i]);
    const char *at = strrchr(from, '@');
    bool good = at != NULL && at > from && at[1] != '\0' && strlen(from) <= MAX_USER;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        good = good && strncasecmp(from, prefixes[i], strlen(prefixes[i])) != 0;
    size_t len = 0;
    for (const char *c = from; good && *c != '\0'; c++) {
        good = *c > 0x20 && *c < 0x7f && *c != ',';
        user[len++] = c > at && *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    user[len] = '\0';
    if (!good)
        tool_usage(tool, "--user: \"%s\" is not an address of record such as alice@example.com",
                   text);
}

void keygen_subject(char *subject, size_t size, const char *name, const char *otherwise)
{
    bool plain =
        strlen(name) <= 64 &&
        name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._- ")] ==
            '\0';
    (void)snprintf(subject, size, "CN=%s", plain ? name : otherwise);
}

void keygen_overlay(const struct tool *tool, const char *name)
{
    bool good = name[0] != '\0' && strlen(name) <= 255;
    for (const char *c = name; *c != '\0' && good; c++)
        good = *c > 0x20 && *c < 0x7f && strchr("%/@\"<>\\^`{|}?#", *c) == NULL;
    if (!good)
        tool_usage(tool,
                   "--overlay: \"%s\" is not allowed in a certificate's URI: expected 1 to 255 "
                   "printable ASCII characters without blanks and without any of %%/@\"<>\\^`{|}?#",
                   name);
}
