#include "keygen/keygen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose)
{
    reload_buf octets = {0};
    reload_rng *rng = NULL;
    reload_err err;
    if (seed != NULL) {
        size_t len = strlen(seed);
        uint8_t *decoded = malloc(len / 2 + 1);
        if (decoded != NULL && (len == 0 || !reload_hex_decode(seed, len, decoded)))
            tool_usage(tool, "--seed: \"%s\" is not an even number of hex digits", seed);
        tool_warn(
            tool,
            "warning: with --seed the key is no secret; it is for test vectors and nothing else");
        /* the purpose keeps the certificates that are made with one seed apart */
        if (decoded != NULL)
            reload_buf_append(&octets, decoded, len / 2);
        reload_buf_append(&octets, purpose, strlen(purpose) + 1);
        free(decoded);
        err = decoded != NULL && octets.err == RELOAD_OK
                  ? reload_rng_new(octets.octets, octets.len, &rng)
                  : RELOAD_ERR_MEMORY;
        reload_buf_free(&octets);
    } else {
        err = reload_rng_new(NULL, 0, &rng);
    }
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "no random octets: %s", reload_strerror(err));
    return rng;
}

/* Writes a file and says whether that went well. */
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

reload_key *keygen_key(struct tool *tool, reload_rng *rng, unsigned bits)
{
    reload_key *key = NULL;
    reload_err err = reload_key_generate(rng, bits, &key);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "no key could be made: %s", reload_strerror(err));
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
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and never shorter */
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "no random octets: %s", reload_strerror(err));
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

void keygen_check_bits(const struct tool *tool, unsigned bits)
{
    if (bits < 2048)
        tool_warn(tool, "warning: verifiers take a key of fewer than 2048 bits only where "
                        "--min-rsa-bits says so");
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
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
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
        tool_usage(tool, "--user: \"%s\" is no address of record such as alice@example.com", text);
}

int64_t keygen_time(const struct tool *tool, const char *option, const char *text)
{
    int64_t time = tool_time(tool, option, text);
    if (time < 0 || time > INT64_C(253402300799)) /* 9999-12-31T23:59:59Z */
        tool_usage(tool,
                   "%s: \"%s\" is no time that a certificate can bear: these go from 1970 to 9999",
                   option, text);
    return time;
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
        tool_usage(tool, "--overlay: \"%s\" cannot stand in a certificate's URI", name);
}
