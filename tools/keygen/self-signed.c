/* reload-keygen self-signed: an identity that no CA stands for (S§3.2's OPEN ISSUE, D28). */
#include "keygen/keygen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OVERLAY = 256, KEY, NAME };

static const struct tool_option options[] = {
    {OVERLAY, "overlay", "NAME", "the overlay for which the Peer-IDs are"},
    LEAF_NAMES,
    {KEY, "key", "FILE", "certify this private key, and write no PREFIX.key"},
    {NAME, "name", "NAME", "the certificate's common name (default: the first user, else Peer-ID)"},
    LEAF_REST,
    {0, NULL, NULL, NULL},
};

static const struct tool_help help = {
    "reload-keygen self-signed --overlay=NAME --output=PREFIX [--user=AOR]... [--peers=N | "
    "--peer-id=HEX...] [options]\n"
    "reload-keygen self-signed --overlay=NAME --output=PREFIX --key=FILE [options]",
    "Makes a certificate that signs itself, for verifiers that remember whose key they saw first.",
    options,
};

struct self_signed {
    struct leaf leaf;
    const char *overlay, *key_file;
};

/* There is no CA that keeps Peer-IDs apart: chance does. */
static bool collect_names(struct self_signed *s, reload_rng *rng)
{
    uint8_t drawn[RELOAD_ID_SIZE] = {0};
    const struct index nothing_issued = {0};
    unsigned count = leaf_peers(&s->leaf);
    leaf_add_users(&s->leaf);
    if (s->leaf.peer_id_count == 0 && count > 0 &&
        !index_draw(&nothing_issued, &s->leaf.tool, rng, count, drawn))
        return false;
    return leaf_add_peers(&s->leaf, s->overlay,
                          s->leaf.peer_id_count > 0 ? s->leaf.peer_ids[0] : drawn);
}

static reload_key *get_key(struct self_signed *s, reload_rng *rng)
{
    reload_key *key = NULL;
    if (s->key_file == NULL)
        return keygen_key(&s->leaf.tool, rng, s->leaf.bits);
    (void)keygen_read_key(&s->leaf.tool, s->key_file, &key);
    return key;
}

static void make_files(struct self_signed *s, reload_rng *rng, const char *key_path,
                       const char *cert_path)
{
    uint8_t serial[SERIAL_SIZE];
    reload_buf pem = {0};
    struct tool *tool = &s->leaf.tool;
    bool good = collect_names(s, rng) && keygen_serial(tool, rng, serial);
    reload_key *key = good ? get_key(s, rng) : NULL;
    if (key != NULL && leaf_certify(&s->leaf, serial, key, NULL, NULL, key, &pem) &&
        (s->key_file != NULL || keygen_write_key(tool, key, key_path, s->leaf.force)) &&
        !keygen_write(tool, cert_path, &pem) && s->key_file == NULL)
        (void)unlink(key_path); /* a key whose certificate could not be written is in the way of
                                   another try */
    reload_buf_free(&pem);
    reload_key_free(&key);
}

static void make(struct self_signed *s)
{
    char purpose[1024];
    struct tool *tool = &s->leaf.tool;
    char *key_path = keygen_path(tool, s->leaf.prefix, ".key"),
         *cert_path = keygen_path(tool, s->leaf.prefix, ".crt");
    if (key_path != NULL && cert_path != NULL &&
        (s->key_file != NULL || keygen_may_write(tool, key_path, s->leaf.force)) &&
        keygen_may_write(tool, cert_path, s->leaf.force)) {
        (void)snprintf(purpose, sizeof purpose, "self-signed %s %s", s->overlay,
                       s->leaf.user_count > 0 ? s->leaf.users[0] : "");
        reload_rng *rng = keygen_rng(tool, s->leaf.seed, purpose);
        if (rng != NULL)
            make_files(s, rng, key_path, cert_path);
        reload_rng_free(&rng);
    }
    free(key_path);
    free(cert_path);
}

int self_signed_main(int argc, char **argv)
{
    struct self_signed s = {0};
    char *argument;
    int id;
    leaf_begin(&s.leaf, "reload-keygen self-signed");
    while ((id = tool_getopt(&s.leaf.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case OVERLAY:
            s.overlay = argument;
            break;
        case KEY:
            s.key_file = argument;
            break;
        case NAME:
            s.leaf.subject = argument;
            break;
        default:
            leaf_option(&s.leaf, id, argument);
            break;
        }
    }
    if (optind < argc)
        tool_usage(&s.leaf.tool, "takes no operand \"%s\"", argv[optind]);
    if (s.overlay == NULL || s.leaf.prefix == NULL)
        tool_usage(&s.leaf.tool, "--overlay and --output say for which overlay, and where to");
    if (s.key_file != NULL && s.leaf.bits_told)
        tool_usage(&s.leaf.tool, "--bits is for a new key, and --key brings one");
    keygen_overlay(&s.leaf.tool, s.overlay);
    leaf_check(&s.leaf, true);
    if (s.leaf.not_after < 0)
        s.leaf.not_after = s.leaf.not_before + LEAF_DAYS * 86400;
    make(&s);
    return s.leaf.tool.status;
}
