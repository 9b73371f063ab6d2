/* reload-keygen ca */
#include "keygen/keygen.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OVERLAY = 256, BITS, NOT_BEFORE, NOT_AFTER, NAME, MAX_PEERS, SEED };

/* clang-format off */
static const struct tool_option options[] = {
    {OVERLAY, "overlay", "NAME", "the overlay that the CA is responsible for"},
    {'o', "output", "DIR", "where its files go: ca.key, ca.crt, index and overlay.json"},
    {NAME, "name", "NAME", "the CA's name in its certificate (default: the overlay's, and CA)"},
    {BITS, "bits", "N", "of its RSA key, from 1024 to 8192 (default: 3072)"},
    {NOT_BEFORE, "not-before", "TIME", "when its certificate begins to be valid (default: now)"},
    {NOT_AFTER, "not-after", "TIME", "when it ends to be (default: ten years later)"},
    {MAX_PEERS, "max-peers", "N", "how many Peer-IDs one user may have (default: 16)"},
    {SEED, "seed", "HEX", "make the key from this, for test vectors only"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};
/* clang-format on */

static const struct tool_help help = {
    "reload-keygen ca --overlay=NAME --output=DIR [options]",
    "Makes a CA for an overlay run under CERTS, and the overlay's profile.",
    options,
};

struct make_ca {
    struct tool tool;
    const char *dir, *overlay, *name, *seed;
    unsigned bits, max_peers;
    int64_t not_before, not_after;
};

/* The certificate of a key, signed by itself. */
static bool make_certificate(struct make_ca *m, reload_rng *rng, reload_key *key, reload_buf *pem)
{
    uint8_t serial[SERIAL_SIZE];
    char subject[128], name[96];
    reload_diag diag = {0};
    (void)snprintf(name, sizeof name, "%.64s CA", m->overlay);
    keygen_subject(subject, sizeof subject, m->name != NULL ? m->name : name, "RELOAD overlay CA");
    if (!keygen_serial(&m->tool, rng, serial))
        return false;
    reload_cert_spec spec = {.size = sizeof spec,
                             .subject = subject,
                             .serial = serial,
                             .serial_len = sizeof serial,
                             .not_before = m->not_before * RELOAD_SECOND,
                             .not_after = m->not_after * RELOAD_SECOND,
                             .ca = true};
    reload_err err = reload_cert_issue(&spec, key, NULL, NULL, key, pem, &diag);
    if (err != RELOAD_OK)
        tool_error(&m->tool, STATUS_FAILED, "no certificate could be made: %s", diag.text);
    return err == RELOAD_OK;
}

static bool write_profile(struct make_ca *m, const char *path)
{
    char *overlay = strdup(m->overlay), *file = strdup("ca.crt");
    reload_profile profile = {.overlay = overlay,
                              .security = RELOAD_SECURITY_CERTS,
                              .dht = RELOAD_DHT_CHORD,
                              .hash = RELOAD_HASH_SHA1,
                              .max_skew = RELOAD_DEFAULT_SKEW,
                              .min_rsa_bits = m->bits < 2048 ? m->bits : 2048,
                              .ca = {file}};
    struct output out;
    bool good = overlay != NULL && file != NULL && output_open(&out, &m->tool, path, 0);
    if (good) {
        (void)reload_profile_write(&profile, output_write, &out);
        good = output_close(&out);
    }
    free(overlay);
    free(file);
    return good;
}

/* A file in the CA's directory, made by a function. */
static bool in_dir(struct make_ca *m, const char *name,
                   bool (*make)(struct make_ca *m, const char *path))
{
    char *path = keygen_path(&m->tool, m->dir, name);
    bool good = path != NULL && make(m, path);
    free(path);
    return good;
}

static bool write_index(struct make_ca *m)
{
    struct ca ca = {.tool = &m->tool, .dir = m->dir};
    struct index index = {.max_peers = m->max_peers};
    return index_write(&index, &ca);
}

/* The files of a CA's directory, in the order in which they are made. */
static const char *const files[] = {"/ca.key", "/ca.crt", "/index", "/overlay.json"};
enum { FILES = sizeof files / sizeof files[0] };

static bool remove_file(struct make_ca *m, const char *path)
{
    (void)m;
    return unlink(path) == 0 || errno == ENOENT;
}

/* All of it, or nothing: no file was there before. */
static bool write_all(struct make_ca *m, const char *key_path)
{
    char purpose[512];
    reload_buf pem = {0};
    (void)snprintf(purpose, sizeof purpose, "ca %s", m->overlay);
    reload_rng *rng = keygen_rng(&m->tool, m->seed, purpose);
    reload_key *key = rng == NULL ? NULL : keygen_key(&m->tool, rng, m->bits);
    char *cert_path = keygen_path(&m->tool, m->dir, "/ca.crt");
    bool good = key != NULL && cert_path != NULL && make_certificate(m, rng, key, &pem);
    if (good && (good = keygen_write_key(&m->tool, key, key_path, false))) {
        good = keygen_write(&m->tool, cert_path, &pem) && write_index(m) &&
               in_dir(m, "/overlay.json", write_profile);
        if (!good)
            for (size_t i = 0; i < FILES; i++)
                (void)in_dir(m, files[i], remove_file);
    }
    reload_buf_free(&pem);
    reload_key_free(&key);
    reload_rng_free(&rng);
    free(cert_path);
    return good;
}

/* A CA whose key is kept elsewhere is one all the same: without its index Peer-IDs would be issued
 * twice. */
static bool not_there_yet(struct make_ca *m, const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return true;
    tool_error(&m->tool, STATUS_FAILED,
               "%s: a CA is there already, and is never replaced: %s exists", m->dir, path);
    return false;
}

static void make_ca(struct make_ca *m)
{
    if (mkdir(m->dir, 0777) != 0 && errno != EEXIST) {
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", m->dir, strerror(errno));
        return;
    }
    for (size_t i = 0; i < FILES; i++)
        if (!in_dir(m, files[i], not_there_yet))
            return;
    (void)in_dir(m, files[0], write_all);
}

int ca_main(int argc, char **argv)
{
    struct make_ca m = {.tool = {.name = "reload-keygen ca"},
                        .bits = 3072,
                        .max_peers = 16,
                        .not_before = (int64_t)time(NULL),
                        .not_after = -1};
    char *argument;
    int id;
    while ((id = tool_getopt(&m.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case OVERLAY:
            m.overlay = argument;
            break;
        case 'o':
            m.dir = argument;
            break;
        case NAME:
            m.name = argument;
            break;
        case BITS:
            m.bits = (unsigned)tool_number(&m.tool, "--bits", argument, 1024, 8192);
            break;
        case NOT_BEFORE:
            m.not_before = keygen_time(&m.tool, "--not-before", argument);
            break;
        case NOT_AFTER:
            m.not_after = keygen_time(&m.tool, "--not-after", argument);
            break;
        case MAX_PEERS:
            m.max_peers = (unsigned)tool_number(&m.tool, "--max-peers", argument, 1, MAX_NAMES);
            break;
        case SEED:
            m.seed = argument;
            break;
        case 'q':
            m.tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (optind < argc)
        tool_usage(&m.tool, "takes no operand \"%s\"", argv[optind]);
    if (m.overlay == NULL || m.dir == NULL)
        tool_usage(&m.tool, "--overlay and --output say for which overlay, and where");
    keygen_overlay(&m.tool, m.overlay);
    if (m.not_after < 0)
        m.not_after = m.not_before + INT64_C(3652) * 86400;
    if (m.not_after < m.not_before)
        tool_usage(&m.tool, "--not-after lies before --not-before");
    keygen_check_bits(&m.tool, m.bits);
    make_ca(&m);
    return m.tool.status;
}
