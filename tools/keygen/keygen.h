/* reload-keygen's commands, and what they share. */
#ifndef RELOAD_KEYGEN_H
#define RELOAD_KEYGEN_H

#include "../common/tool.h"

/* Each is a main of its own: argv[0] is the command. */
int secret_main(int argc, char **argv);
int id_main(int argc, char **argv);
int ca_main(int argc, char **argv);
int issue_main(int argc, char **argv);
int request_main(int argc, char **argv);
int revoke_main(int argc, char **argv);
int crl_main(int argc, char **argv);

/* ---- What the commands about certificates share ---- */

enum { SERIAL_SIZE = 16, MAX_NAMES = 64, MAX_USER = 256 };

/* A source of random octets; with a seed (hex text) one that follows from the seed and the purpose alone. Ends the program where
 * the seed is no hex; says that it is for test vectors; NULL having said why there is none. */
reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose);
/* A new key of that many bits. NULL having said why there is none. */
reload_key *keygen_key(struct tool *tool, reload_rng *rng, unsigned bits);
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
/* Writes an address of record as it is written into certificates: without "sip:", "sips:" or "mailto:", and the host in lower
 * case, so that one user has one spelling (D21). Ends the program where it is none. */
void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1]);
/* A time that a certificate can bear: from 1970 to the year 9999. Ends the program where it is none. */
int64_t keygen_time(const struct tool *tool, const char *option, const char *text);
/* "CN=…" for a user, or for something else where the name has characters that mean something there. */
void keygen_subject(char *subject, size_t size, const char *name, const char *otherwise);

/* A CA's directory. */
struct ca {
    struct tool *tool;
    const char *dir;
    int lock; /* the directory, locked while the CA is in use */
    reload_profile profile;
    reload_cert *cert;
    reload_key *key;
};

/* Opens the directory and waits until no other call uses it. Returns false having said why it cannot. */
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
    unsigned max_peers; /* for one user */
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
bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count, uint8_t first[RELOAD_ID_SIZE]);
/* id + n; false where that is over 160 bits. */
bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE]);

#endif
