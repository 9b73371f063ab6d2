/* SPDX-License-Identifier: BSD-2-Clause */
#include "keygen/keygen.h"

#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

void keygen_check_clock(struct tool *tool, reload_time time, const char *option)
{
    char text[RELOAD_TIME_SIZE];
    if (time >= KEYGEN_MIN_TIME && time <= KEYGEN_MAX_TIME)
        return;
    reload_time_text(time / RELOAD_SECOND, text);
    tool_error(tool, STATUS_FAILED,
               "the clock is at %s, out of range (1970 to 9999); --%s is required", text, option);
    exit(tool->status);
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

reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose, bool makes_key)
{
    reload_buf octets = {0};
    reload_rng *rng = NULL;
    if (seed != NULL) {
        append_seed(tool, seed, purpose, &octets);
        tool_warn(tool, "warning: with --seed %s; use it for test vectors only",
                  makes_key ? "the key is not secret"
                            : "the serial number and drawn Peer-IDs can be predicted");
    }
    reload_err err =
        octets.err != RELOAD_OK ? octets.err : reload_rng_new(octets.octets, octets.len, &rng);
    reload_buf_free(&octets);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
    return rng;
}

bool keygen_prepare(struct output *out, struct tool *tool, const char *path, const reload_buf *text,
                    unsigned flags)
{
    if (text->err != RELOAD_OK) {
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(text->err));
        return false;
    }
    if (!output_open(out, tool, path, flags))
        return false;
    if (!output_is_hidden(out))
        return true;
    output_write_buf(out, text);
    if (output_sync(out))
        return true;
    output_discard(out);
    return false;
}

bool keygen_publish(struct output *out, const reload_buf *text)
{
    if (!output_is_hidden(out))
        output_write_buf(out, text);
    return output_close(out);
}

bool keygen_write(struct tool *tool, const char *path, const reload_buf *text, unsigned flags)
{
    struct output out;
    return keygen_prepare(&out, tool, path, text, flags) && keygen_publish(&out, text);
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
static reload_err keygen_take_key(void *arg, const uint8_t *octets, size_t len,
                                  const char *passphrase, reload_diag *diag)
{
    return reload_key_parse(octets, len, passphrase, arg, diag);
}

bool keygen_read_key(struct tool *tool, const char *path, const char *passphrase_file,
                     bool may_be_plain, reload_key **key)
{
    bool plain;
    *key = NULL;
    bool good = key_read(tool, path, passphrase_file, keygen_take_key, key, &plain);
    if (good && plain && passphrase_file != NULL && !may_be_plain)
        passphrase_warn_unused(tool, path);
    return good;
}

static reload_err keygen_take_cert(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_cert_parse(octets, len, arg, diag);
}

reload_cert *keygen_read_cert(struct tool *tool, const char *path)
{
    reload_cert *cert = NULL;
    (void)content_read(tool, path, &kind_cert, keygen_take_cert, &cert);
    return cert;
}

struct read_crl {
    const reload_cert *issuer;
    reload_crl **crl;
};

static reload_err keygen_take_crl(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    struct read_crl *r = arg;
    return reload_crl_read(octets, len, r->issuer, r->crl, diag);
}

bool keygen_read_crl(struct tool *tool, const char *path, const reload_cert *issuer,
                     reload_crl **crl)
{
    struct read_crl r = {issuer, crl};
    *crl = NULL;
    return content_read(tool, path, &kind_crls, keygen_take_crl, &r);
}

bool keygen_check_pair(struct tool *tool, const char *key_path, const reload_key *key,
                       const char *cert_path, const reload_cert *cert)
{
    reload_diag diag = {0};
    if (reload_cert_check_key(cert, key, &diag) == RELOAD_OK ||
        RL_FAULT("ca: its key is that of its certificate"))
        return true;
    tool_error(tool, STATUS_FAILED, "%s, %s: %s", key_path, cert_path, diag.text);
    return false;
}

bool keygen_serial(struct tool *tool, reload_rng *rng, uint8_t serial[SERIAL_SIZE])
{
    reload_err err = reload_rng_fill(rng, serial, SERIAL_SIZE);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and of full length */
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
    return err == RELOAD_OK;
}

bool keygen_key_text(struct tool *tool, reload_key *key, const char *path,
                     const char *passphrase_file, reload_buf *pem)
{
    const char *passphrase = NULL;
    reload_err err = RELOAD_OK;
    bool good =
        passphrase_file == NULL || (passphrase = passphrase_read(tool, passphrase_file)) != NULL;
    if (passphrase != NULL && passphrase[0] == '\0') {
        tool_error(tool, STATUS_FAILED, "%s: the passphrase is empty", passphrase_file);
        good = false;
    }
    if (good)
        err = passphrase == NULL ? reload_key_write(key, pem)
                                 : reload_key_write_encrypted(key, passphrase, pem);
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(err));
    return good && err == RELOAD_OK;
}

static unsigned key_flags(bool force)
{
    return OUTPUT_SECRET | (force ? OUTPUT_FORCE : 0u);
}

bool keygen_write_key(struct tool *tool, const char *path, const reload_buf *pem)
{
    return keygen_write(tool, path, pem, key_flags(false));
}

bool keygen_may_write_files(const struct keygen_files *files)
{
    bool key = files->key_path != NULL;
    if (key)
        tool_check_different(files->tool, files->key_path, files->path);
    return (!key || keygen_may_write(files->tool, files->key_path, files->force)) &&
           keygen_may_write(files->tool, files->path, files->force);
}

/* Makes both prepared files appear. If the second cannot appear, the first is removed and the state
 * changed back, unless other processes have seen the second. */
static bool publish_files(const struct keygen_files *files, struct output *key_out,
                          const reload_buf *key_pem, struct output *out)
{
    bool hidden = output_is_hidden(out);
    bool new_key =
        files->key != NULL && output_is_hidden(key_out) && access(files->key_path, F_OK) != 0;
    bool good = files->key == NULL || keygen_publish(key_out, key_pem);
    bool has_key = good && new_key;
    if (!good)
        output_discard(out);
    good = good && keygen_publish(out, files->pem);
    if (!good && has_key)
        (void)unlink(files->key_path);
    if (!good && hidden && files->commit != NULL)
        (void)files->commit(files->arg, true);
    return good;
}

/* Prepares the second file, and changes the state. */
static bool write_second(const struct keygen_files *files, struct output *key_out,
                         const reload_buf *key_pem)
{
    struct output out;
    if (keygen_prepare(&out, files->tool, files->path, files->pem, 0)) {
        if (files->commit == NULL || files->commit(files->arg, false))
            return publish_files(files, key_out, key_pem, &out);
        output_discard(&out);
    }
    if (files->key != NULL)
        output_discard(key_out);
    return false;
}

bool keygen_write_files(const struct keygen_files *files)
{
    struct output out;
    reload_buf pem = {0};
    bool good =
        files->key == NULL ||
        (keygen_key_text(files->tool, files->key, files->key_path, files->passphrase_file, &pem) &&
         keygen_prepare(&out, files->tool, files->key_path, &pem, key_flags(files->force)));
    good = good && write_second(files, &out, &pem);
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

char *keygen_prefix(struct tool *tool, const char *text)
{
    static const char *const suffixes[] = {".key", ".crt", ".csr"};
    struct stat st;
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (len > 4 && strcmp(text + len - 4, suffixes[i]) == 0 && text[len - 5] != '/') {
            len -= 4;
            break;
        }
    if (len == 0 || text[len - 1] == '/' ||
        (len == strlen(text) && stat(text, &st) == 0 && S_ISDIR(st.st_mode)))
        tool_usage(tool,
                   "--output: \"%s\" is a directory or empty, expected a prefix of files such as "
                   "%s%salice",
                   text, text, len > 0 && text[len - 1] != '/' ? "/" : "");
    char *prefix = strndup(text, len);
    if (prefix == NULL)
        keygen_no_memory(tool);
    return prefix;
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

char *keygen_file(struct tool *tool, const char *dir, const char *name)
{
    char *start = keygen_path(tool, dir, "/");
    char *path = start == NULL ? NULL : keygen_path(tool, start, name);
    free(start);
    return path;
}

/* Whether a text is a host's name or address: neither a port nor parameters follow. */
static bool is_host(const char *host)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t len = strlen(host);
    if (host[0] == '[') /* an IPv6 address */
        return len > 2 && strspn(host + 1, "0123456789ABCDEFabcdef:.") == len - 2 &&
               host[len - 1] == ']';
    return len > 0 && strspn(host, name) == len;
}

/* Whether a text has only octets that D19's names can have. The index separates users by commas. */
static bool is_plain(const char *text)
{
    while (*text > 0x20 && *text < 0x7f && *text != ',')
        text++;
    return *text == '\0';
}

static const char *drop_scheme(const char *text)
{
    static const char *const schemes[] = {"sip:", "sips:", "mailto:"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text + strlen(schemes[i]);
    return text;
}

void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1])
{
    const char *from = drop_scheme(text), *at = strrchr(from, '@');
    if (strlen(from) > MAX_USER)
        tool_usage(tool, "--user: address of record has %zu octets, expected at most %d",
                   strlen(from), MAX_USER);
    if (at == NULL || at == from || at[1] == '\0' || !is_plain(from) || drop_scheme(from) != from)
        tool_usage(tool, "--user: \"%s\" is not an address of record such as alice@example.com",
                   text);
    if (!is_host(at + 1))
        tool_usage(tool,
                   "--user: \"%s\": host is \"%s\", expected a name or address without port or "
                   "parameters",
                   text, at + 1);
    size_t len = 0;
    for (const char *c = from; *c != '\0'; c++)
        user[len++] = c > at && *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    user[len] = '\0';
}

bool keygen_subject(const char *name, char subject[MAX_SUBJECT], reload_diag *diag)
{
    reload_buf text = {0};
    reload_buf_append(&text, "CN=", 3);
    reload_buf_append(&text, name, strlen(name) + 1);
    reload_err err = text.err;
    if (err != RELOAD_OK)
        (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(err));
    else
        err = reload_subject_check((const char *)text.octets, diag);
    if (err == RELOAD_OK)
        memcpy(subject, text.octets, text.len); /* which are at most MAX_SUBJECT */
    reload_buf_free(&text);
    return err == RELOAD_OK;
}

void keygen_subject_option(const struct tool *tool, const char *option, const char *name,
                           char subject[MAX_SUBJECT])
{
    reload_diag diag = {0};
    if (!keygen_subject(name, subject, &diag))
        tool_usage(tool, "--%s: %s", option, diag.text);
}

void keygen_overlay(const struct tool *tool, const char *name)
{
    bool good = name[0] != '\0' && strlen(name) <= MAX_OVERLAY;
    for (const char *c = name; *c != '\0' && good; c++)
        good = *c > 0x20 && *c < 0x7f && strchr("%/@\"<>\\^`{|}?#", *c) == NULL;
    if (!good)
        tool_usage(
            tool,
            "--overlay: \"%s\" is not allowed in a certificate's URI: expected 1 to 255 "
            "printable ASCII characters without blanks, backslashes and any of %%/@\"<>^`{|}?#",
            name);
}
