/* reload-keygen's commands, and what they share. */
#ifndef RELOAD_KEYGEN_H
#define RELOAD_KEYGEN_H

#include "common/arguments.h"

/* Each is a main of its own: argv[0] is the command. */
int secret_main(int argc, char **argv);
int id_main(int argc, char **argv);
int ca_main(int argc, char **argv);
int issue_main(int argc, char **argv);
int self_signed_main(int argc, char **argv);
int request_main(int argc, char **argv);
int revoke_main(int argc, char **argv);
int crl_main(int argc, char **argv);

/* ---- What the commands about certificates share ---- */

enum { SERIAL_SIZE = 16, MAX_NAMES = 64, MAX_USER = 256 };

/* A source of random octets; with a seed (hex text) one that follows from the seed and the purpose
 * alone. Ends the program where the seed is no hex; says that it is for test vectors; NULL having
 * said why there is none. */
reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose);
/* A new key of that many bits. NULL having said why there is none. */
reload_key *keygen_key(struct tool *tool, reload_rng *rng, unsigned bits);
/* Reads a key, and asks for its passphrase where it has one. Returns false having said why it
 * cannot. */
bool keygen_read_key(struct tool *tool, const char *path, reload_key **key);
/* Draws a serial number. Returns false having said why there is none. */
bool keygen_serial(struct tool *tool, reload_rng *rng, uint8_t serial[SERIAL_SIZE]);
/* Writes a key. */
bool keygen_write_key(struct tool *tool, reload_key *key, const char *path, bool force);
/* Writes a buffer to a file, and frees it. */
bool keygen_write(struct tool *tool, const char *path, reload_buf *text);
/* Warns of a key that verifiers take only where they are told to (D13). */
void keygen_check_bits(const struct tool *tool, unsigned bits);
/* Whether a file may be written: it is not there, or may be replaced. Says so where it may not. */
bool keygen_may_write(struct tool *tool, const char *path, bool force);
/* A file's name made of two parts. NULL without memory, having said so. */
char *keygen_path(struct tool *tool, const char *a, const char *b);
/* Writes an address of record as it is written into certificates: without "sip:", "sips:" or
 * "mailto:", and the host in lower case, so that one user has one spelling (D21). Ends the program
 * where it is none. */
void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1]);
/* Ends the program where an overlay's name cannot stand in a URI, where nothing is percent-encoded
 * (D19). */
void keygen_overlay(const struct tool *tool, const char *name);
/* A time that a certificate can bear: from 1970 to the year 9999. Ends the program where it is
 * none. */
int64_t keygen_time(const struct tool *tool, const char *option, const char *text);
/* "CN=…" for a user, or for something else where the name has characters that mean something there.
 */
void keygen_subject(char *subject, size_t size, const char *name, const char *otherwise);

/* ---- A certificate for peers and users, which signs messages: what issue and self-signed share
 * ---- */

enum {
    LEAF_USER = 512,
    LEAF_PEERS,
    LEAF_PEER_ID,
    LEAF_BITS,
    LEAF_NOT_BEFORE,
    LEAF_NOT_AFTER,
    LEAF_FORCE,
    LEAF_SEED
};

/* Rows of the tables of options. */
#define LEAF_NAMES                                                                               \
    {'o', "output", "PREFIX", "write PREFIX.key and PREFIX.crt"},                                \
        {LEAF_USER, "user", "AOR", "name this address of record; may be given several times"},   \
        {LEAF_PEERS, "peers", "N", "name N consecutive Peer-IDs, newly drawn (default: 1)"},     \
    {                                                                                            \
        LEAF_PEER_ID, "peer-id", "HEX",                                                          \
            "name this Peer-ID instead; may be given several times, each one more than the last" \
    }
#define LEAF_REST                                                                                  \
    {LEAF_BITS, "bits", "N", "of the RSA key, from 1024 to 8192 (default: 2048)"},                 \
        {LEAF_NOT_BEFORE, "not-before", "TIME",                                                    \
         "when the certificate begins to be valid (default: now)"},                                \
        {LEAF_NOT_AFTER, "not-after", "TIME", "when it ends to be (default: a year later)"},       \
        {LEAF_FORCE, "force", NULL, "replace PREFIX.key and PREFIX.crt where they exist already"}, \
        {LEAF_SEED, "seed", "HEX",                                                                 \
         "make key, serial number and Peer-IDs from this, for test vectors only"},                 \
    {                                                                                              \
        'q', "quiet", NULL, "print no warnings on standard error, only errors"                     \
    }

#define LEAF_DAYS INT64_C(365) /* for which it is valid unless told */

struct leaf {
    struct tool tool;
    const char *prefix, *seed;
    char users[MAX_NAMES][MAX_USER + 1];
    size_t user_count;
    uint8_t peer_ids[MAX_NAMES][RELOAD_ID_SIZE];
    size_t peer_id_count;
    int peers; /* -1: not told */
    unsigned bits;
    int64_t not_before, not_after; /* -1: not told */
    bool force, bits_told;
    const char *subject; /* the common name; NULL: the first of the names below */
    reload_cert_name names[2 * MAX_NAMES];
    size_t name_count;
};

/* Sets what holds where the options say nothing. */
void leaf_begin(struct leaf *leaf, const char *tool);
/* Takes one of the options above. */
void leaf_option(struct leaf *leaf, int id, char *argument);
/* Ends the program where they do not go together, or (names) name nobody. */
void leaf_check(const struct leaf *leaf, bool names);
/* How many Peer-IDs are wanted. */
unsigned leaf_peers(const struct leaf *leaf);
void leaf_add_name(struct leaf *leaf, const reload_cert_name *name);
void leaf_add_users(struct leaf *leaf);
/* Adds the Peer-IDs from first on. Returns false having said why not: those given are not
 * consecutive. */
bool leaf_add_peers(struct leaf *leaf, const char *overlay, const uint8_t first[RELOAD_ID_SIZE]);
/* Makes the certificate for a key or a request's key; the other is NULL. issuer: NULL if it is
 * self-signed. */
bool leaf_certify(struct leaf *leaf, const uint8_t serial[SERIAL_SIZE], reload_key *key,
                  const reload_request *request, const reload_cert *issuer, reload_key *issuer_key,
                  reload_buf *pem);

/* A CA's directory. */
struct ca {
    struct tool *tool;
    const char *dir;
    int lock; /* the directory, locked while the CA is in use */
    reload_profile profile;
    reload_cert *cert;
    reload_key *key;
};

/* Opens the directory and waits until no other call uses it. Returns false having said why it
 * cannot. */
bool ca_open(struct ca *ca, struct tool *tool, const char *dir);
void ca_close(struct ca *ca);

/* ---- The index of what a CA issued ---- */

/* A line of the index: one certificate. */
struct entry {
    uint8_t serial[20];
    size_t serial_len;
    int64_t not_after;
    int64_t revoked; /* -1: it is not */
    uint8_t first[RELOAD_ID_SIZE];
    unsigned peers; /* consecutive Peer-IDs from first on; 0: none */
    char *users;    /* with commas between them; "-": none; owned */
};

struct index {
    unsigned max_peers;  /* for one user */
    uint32_t crl_number; /* of the last CRL */
    struct entry *entries;
    size_t count;
    size_t cap;
};

/* Reads the index of a CA that is open. Returns false having said why it cannot. */
bool index_read(struct index *index, struct ca *ca);
/* Writes it anew, whole or not at all. */
bool index_write(const struct index *index, struct ca *ca);
/* Adds an entry; NULL without memory, having said so. */
struct entry *index_add(struct index *index, struct tool *tool);
void index_free(struct index *index);
/* Whether count Peer-IDs from first on touch any that was issued before. */
bool index_taken(const struct index *index, const uint8_t first[RELOAD_ID_SIZE], unsigned count);
/* How many Peer-IDs a user has been issued. */
unsigned index_peers_of(const struct index *index, const char *user);
/* Draws the first of count consecutive Peer-IDs uniformly from all that are free (S§7). */
bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count,
                uint8_t first[RELOAD_ID_SIZE]);
/* id + n; false where that is over 160 bits. */
bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE]);

#endif
