/* reload-keygen issue and request */
#include "keygen/keygen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CA = 256, USER, REQUEST, RENEW, BITS, FORCE, SEED };

static const struct tool_option issue_options[] = {
    {CA, "ca", "DIR", "the CA's directory"},
    LEAF_NAMES,
    {REQUEST, "request", "FILE", "certify the key of this request, and write no PREFIX.key"},
    {RENEW, "renew", "CERT", "keep the names of this certificate, which the CA issued"},
    LEAF_REST,
    {0, NULL, NULL, NULL},
};

static const struct tool_help issue_help = {
    "reload-keygen issue --ca=DIR --output=PREFIX [--user=AOR]... [--peers=N | --peer-id=HEX...] "
    "[options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --request=FILE [options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --renew=CERT [options]",
    "Issues a certificate that names users and Peer-IDs, with a new key or for the key of a "
    "request.",
    issue_options,
};

static const struct tool_option request_options[] = {
    {'o', "output", "PREFIX", "write PREFIX.key and PREFIX.csr"},
    {USER, "user", "AOR",
     "the subject's address of record; what the certificate names is the CA's to say"},
    {BITS, "bits", "N", "of the RSA key, from 1024 to 8192 (default: 2048)"},
    {FORCE, "force", NULL, "replace PREFIX.key and PREFIX.csr where they exist already"},
    {SEED, "seed", "HEX", "make the key from this, for test vectors only"},
    {'q', "quiet", NULL, "print no warnings on standard error, only errors"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help request_help = {
    "reload-keygen request --output=PREFIX [options]",
    "Makes a key that stays with its user, and a certificate request for it.",
    request_options,
};

struct issue {
    struct tool *tool; /* the leaf's */
    struct leaf leaf;
    const char *ca_dir, *request, *renew;
    struct ca ca;
    struct index index;
    char *renewed_users; /* of the certificate to be renewed, cut into the leaf's names */
};

/* The Peer-IDs of a certificate's names stand in the index as one block. */
static void set_block(struct entry *entry, const struct issue *s)
{
    for (size_t i = 0; i < s->leaf.name_count; i++)
        if (s->leaf.names[i].peer && entry->peers++ == 0)
            memcpy(entry->first, s->leaf.names[i].id, RELOAD_ID_SIZE);
}

/* The users of a certificate's names as the index lists them. */
static bool set_users(struct entry *entry, struct issue *s)
{
    reload_buf text = {0};
    for (size_t i = 0; i < s->leaf.name_count; i++) {
        if (s->leaf.names[i].peer)
            continue;
        reload_buf_append(&text, ",", text.len > 0);
        reload_buf_append(&text, s->leaf.names[i].text, strlen(s->leaf.names[i].text));
    }
    reload_buf_append(&text, "-", text.len == 0);
    reload_buf_append(&text, "", 1);
    entry->users = text.err == RELOAD_OK ? strdup((const char *)text.octets) : NULL;
    reload_buf_free(&text);
    if (entry->users == NULL)
        tool_error(s->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    return entry->users != NULL;
}

/* S§7: a block of consecutive Peer-IDs, drawn uniformly and disjoint from all issued before. */
static bool add_peers(struct issue *s, reload_rng *rng)
{
    uint8_t first[RELOAD_ID_SIZE];
    unsigned count = leaf_peers(&s->leaf);
    for (size_t i = 0; i < s->leaf.user_count; i++)
        if (index_peers_of(&s->index, s->leaf.users[i]) + count > s->index.max_peers) {
            tool_error(s->tool, STATUS_FAILED,
                       "%s would have more than %u Peer-IDs, which is the CA's limit",
                       s->leaf.users[i], s->index.max_peers);
            return false;
        }
    if (count > s->index.max_peers) {
        tool_error(s->tool, STATUS_FAILED, "more than %u Peer-IDs, which is the CA's limit",
                   s->index.max_peers);
        return false;
    }
    if (s->leaf.peer_id_count > 0)
        memcpy(first, s->leaf.peer_ids[0], sizeof first);
    else if (count > 0 && !index_draw(&s->index, s->tool, rng, count, first))
        return false;
    if (count > 0 && index_taken(&s->index, first, count)) {
        tool_error(s->tool, STATUS_FAILED, "a Peer-ID that this CA has issued before");
        return false;
    }
    return leaf_add_peers(&s->leaf, s->ca.profile.overlay, first);
}

/* The entry of the certificate to be renewed, which this CA must have issued and not revoked. */
static const struct entry *find_renewed(struct issue *s)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_cert *cert = NULL;
    const struct entry *found = NULL;
    bool issued = false;
    if (file_read(s->tool, s->renew, 1024 * 1024, &octets, false)) {
        if (reload_cert_parse(octets.octets, octets.len, &cert, &diag) != RELOAD_OK)
            tool_error(s->tool, STATUS_FAILED, "%s: %s", s->renew, diag.text);
        reload_err err =
            cert == NULL ? RELOAD_OK : reload_cert_issued_by(cert, s->ca.cert, &issued);
        if (err != RELOAD_OK)
            tool_error(s->tool, STATUS_FAILED, "%s: %s", s->renew, reload_strerror(err));
        for (size_t i = 0; issued && i < s->index.count && found == NULL; i++) {
            char serial[2 * sizeof s->index.entries[i].serial + 1] = "";
            reload_hex_encode(s->index.entries[i].serial, s->index.entries[i].serial_len, serial);
            found = strcmp(serial, reload_cert_serial(cert)) == 0 ? &s->index.entries[i] : NULL;
        }
        if (cert != NULL && (found == NULL || found->revoked >= 0)) {
            tool_error(s->tool, STATUS_FAILED, "%s: a certificate that %s", s->renew,
                       found == NULL ? "this CA did not issue" : "was revoked");
            found = NULL;
        }
    }
    reload_cert_free(&cert);
    reload_buf_free(&octets);
    return found;
}

/* The names that the index has for the certificate to be renewed. */
static bool add_renewed(struct issue *s)
{
    const struct entry *entry = find_renewed(s);
    if (entry == NULL)
        return false;
    s->renewed_users = strdup(strcmp(entry->users, "-") == 0 ? "" : entry->users);
    if (s->renewed_users == NULL) {
        tool_error(s->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return false;
    }
    for (char *at = s->renewed_users; *at != '\0';) {
        size_t len = strcspn(at, ",");
        bool last = at[len] == '\0';
        at[len] = '\0';
        leaf_add_name(&s->leaf, &(reload_cert_name){.text = at});
        at += len + !last;
    }
    for (unsigned i = 0; i < entry->peers; i++) {
        reload_cert_name name = {.peer = true, .text = s->ca.profile.overlay};
        if (id_add(entry->first, i, name.id))
            leaf_add_name(&s->leaf, &name);
    }
    return true;
}

/* What the certificate names: users, then Peer-IDs. */
static bool collect_names(struct issue *s, reload_rng *rng)
{
    if (s->renew != NULL)
        return add_renewed(s);
    leaf_add_users(&s->leaf);
    return add_peers(s, rng);
}

static bool read_request(struct issue *s, reload_request **request)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = file_read(s->tool, s->request, 1024 * 1024, &octets, false);
    if (good && reload_request_parse(octets.octets, octets.len, request, &diag) != RELOAD_OK) {
        tool_error(s->tool, STATUS_FAILED, "%s: %s", s->request, diag.text);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

/* The certificate, for a new key or a request's. */
static bool make_certificate(struct issue *s, const struct entry *entry, reload_key *key,
                             reload_buf *pem)
{
    reload_request *request = NULL;
    bool good = (s->request == NULL || read_request(s, &request)) &&
                leaf_certify(&s->leaf, entry->serial, key, request, s->ca.cert, s->ca.key, pem);
    reload_request_free(&request);
    return good;
}

/* The index is written before the certificate: should that fail, its Peer-IDs are lost, and never
 * issued twice. */
static bool issue_certificate(struct issue *s, reload_rng *rng, const char *key_path,
                              const char *cert_path)
{
    reload_buf pem = {0};
    struct entry *entry = index_add(&s->index, s->tool);
    if (entry == NULL)
        return false;
    entry->serial_len = SERIAL_SIZE;
    entry->not_after = s->leaf.not_after;
    set_block(entry, s);
    bool good = keygen_serial(s->tool, rng, entry->serial) && set_users(entry, s);
    reload_key *key = good && s->request == NULL ? keygen_key(s->tool, rng, s->leaf.bits) : NULL;
    good = good && (key != NULL || s->request != NULL) && make_certificate(s, entry, key, &pem) &&
           index_write(&s->index, &s->ca) &&
           (key == NULL || keygen_write_key(s->tool, key, key_path, s->leaf.force)) &&
           keygen_write(s->tool, cert_path, &pem);
    reload_buf_free(&pem);
    reload_key_free(&key);
    return good;
}

static int64_t ca_end(const struct issue *s)
{
    return reload_cert_not_after(s->ca.cert) / RELOAD_SECOND;
}

/* Whether the CA's certificate is still good when the new one begins to be. */
static bool ca_lasts(struct issue *s)
{
    if (ca_end(s) >= s->leaf.not_before)
        return true;
    tool_error(s->tool, STATUS_FAILED, "%s: the CA's own certificate ends before --not-before",
               s->ca_dir);
    return false;
}

static int64_t min_time(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void issue(struct issue *s)
{
    char purpose[2048];
    struct leaf *leaf = &s->leaf;
    char *key_path = keygen_path(s->tool, leaf->prefix, ".key"),
         *cert_path = keygen_path(s->tool, leaf->prefix, ".crt");
    if (key_path != NULL && cert_path != NULL && ca_open(&s->ca, s->tool, s->ca_dir) &&
        index_read(&s->index, &s->ca) &&
        (s->request != NULL || keygen_may_write(s->tool, key_path, leaf->force)) &&
        keygen_may_write(s->tool, cert_path, leaf->force) && ca_lasts(s)) {
        /* with one seed, each certificate of a CA has its own key */
        if (leaf->not_after < 0) /* a year, but not longer than the CA lasts */
            leaf->not_after = min_time(leaf->not_before + LEAF_DAYS * 86400, ca_end(s));
        else if (leaf->not_after > ca_end(s))
            tool_warn(s->tool, "warning: the CA's own certificate ends before --not-after");
        (void)snprintf(purpose, sizeof purpose, "issue %s %zu %s", s->ca.profile.overlay,
                       s->index.count, leaf->user_count > 0 ? leaf->users[0] : "");
        reload_rng *rng = keygen_rng(s->tool, leaf->seed, purpose);
        if (rng != NULL && collect_names(s, rng))
            (void)issue_certificate(s, rng, key_path, cert_path);
        reload_rng_free(&rng);
    }
    index_free(&s->index);
    ca_close(&s->ca);
    free(s->renewed_users);
    free(key_path);
    free(cert_path);
}

static void check_issue(const struct issue *s)
{
    if (s->ca_dir == NULL || s->leaf.prefix == NULL)
        tool_usage(s->tool, "--ca and --output say by which CA, and where to");
    if (s->renew != NULL &&
        (s->leaf.peers >= 0 || s->leaf.peer_id_count > 0 || s->leaf.user_count > 0))
        tool_usage(s->tool, "--renew keeps the names of the certificate, and takes no others");
    if (s->request != NULL && s->leaf.bits_told)
        tool_usage(s->tool, "--bits is for a new key, and --request brings one");
    leaf_check(&s->leaf, s->renew == NULL);
}

int issue_main(int argc, char **argv)
{
    struct issue s = {.ca = {.lock = -1}};
    char *argument;
    int id;
    leaf_begin(&s.leaf, "reload-keygen issue");
    s.tool = &s.leaf.tool;
    while ((id = tool_getopt(s.tool, argc, argv, &issue_help, &argument)) != -1) {
        switch (id) {
        case CA:
            s.ca_dir = argument;
            break;
        case REQUEST:
            s.request = argument;
            break;
        case RENEW:
            s.renew = argument;
            break;
        default:
            leaf_option(&s.leaf, id, argument);
            break;
        }
    }
    if (optind < argc)
        tool_usage(s.tool, "takes no operand \"%s\"", argv[optind]);
    check_issue(&s);
    issue(&s);
    return s.tool->status;
}

/* ---- request ---- */

static void request(struct tool *tool, const char *prefix, const char *user, unsigned bits,
                    bool force, const char *seed)
{
    char subject[128], purpose[512];
    reload_buf pem = {0};
    reload_diag diag = {0};
    (void)snprintf(purpose, sizeof purpose, "request %s", user == NULL ? "" : user);
    keygen_subject(subject, sizeof subject, user == NULL ? "RELOAD peer" : user, "RELOAD user");
    char *key_path = keygen_path(tool, prefix, ".key"),
         *request_path = keygen_path(tool, prefix, ".csr");
    bool may = key_path != NULL && request_path != NULL &&
               keygen_may_write(tool, key_path, force) &&
               keygen_may_write(tool, request_path, force);
    reload_rng *rng = may ? keygen_rng(tool, seed, purpose) : NULL;
    reload_key *key = rng == NULL ? NULL : keygen_key(tool, rng, bits);
    if (key != NULL) {
        if (reload_request_write(key, subject, &pem, &diag) == RELOAD_OK)
            (void)(keygen_write_key(tool, key, key_path, force) &&
                   keygen_write(tool, request_path, &pem));
        else
            tool_error(tool, STATUS_FAILED, "no request could be made: %s", diag.text);
    }
    reload_buf_free(&pem);
    reload_key_free(&key);
    reload_rng_free(&rng);
    free(key_path);
    free(request_path);
}

int request_main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen request"};
    const char *prefix = NULL, *user = NULL, *seed = NULL;
    char user_text[MAX_USER + 1];
    unsigned bits = 2048;
    bool force = false;
    char *argument;
    int id;
    while ((id = tool_getopt(&tool, argc, argv, &request_help, &argument)) != -1) {
        switch (id) {
        case 'o':
            prefix = argument;
            break;
        case USER:
            keygen_user(&tool, argument, user_text);
            user = user_text;
            break;
        case BITS:
            bits = (unsigned)tool_number(&tool, "--bits", argument, 1024, 8192);
            break;
        case FORCE:
            force = true;
            break;
        case SEED:
            seed = argument;
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
    if (prefix == NULL)
        tool_usage(&tool, "--output says where the key and the request go");
    keygen_check_bits(&tool, bits);
    request(&tool, prefix, user, bits, force, seed);
    return tool.status;
}
