/* SPDX-License-Identifier: BSD-2-Clause */
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

/* ---- Rows of options that several commands have ---- */

#define KEYGEN_DAY      (INT64_C(86400) * RELOAD_SECOND)
#define KEYGEN_MIN_TIME INT64_C(0)                              /* 1970 */
#define KEYGEN_MAX_TIME (INT64_C(253402300799) * RELOAD_SECOND) /* 9999-12-31T23:59:59Z */

enum { KEYGEN_MIN_BITS = 1024, KEYGEN_MAX_BITS = 8192 };

/* clang-format off */
#define KEYGEN_TIME(name, struct_type, member, help)                                             \
    OPTION_TIME(0, name, struct_type, member, KEYGEN_MIN_TIME, KEYGEN_MAX_TIME, help)
#define KEYGEN_BITS(struct_type, member, default_bits)                                           \
    OPTION_NUMBER(0, "bits", "N", struct_type, member, KEYGEN_MIN_BITS, KEYGEN_MAX_BITS,         \
                  "make an RSA key of N bits, from 1024 to 8192 (default: " default_bits ")")
#define KEYGEN_CA(struct_type, member)                                                           \
    OPTION_TEXT(0, "ca", "DIR", struct_type, member, "use the CA in directory DIR")
#define KEYGEN_QUIET OPTION_QUIET("print errors only, no warnings")
/* clang-format on */

/* ---- Keys, files and names ---- */

enum {
    SERIAL_SIZE = 16,
    MAX_NAMES = 64,
    MAX_USER = 256,
    MAX_OVERLAY = 255,
    MAX_CERT = 1024 * 1024
};

/* Ends the program if a time, which an option sets, is out of the options' range: it is the
 * machine's clock. */
void keygen_check_clock(struct tool *tool, reload_time time, const char *option);
/* A source of random octets. With a seed (hex digits) the octets follow from seed and purpose
 * alone, and a warning is printed. A seed that is not hex ends the program. Returns NULL after
 * reporting an error. */
reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose);
/* A new key of that many bits. Returns NULL after reporting an error. */
reload_key *keygen_key(struct tool *tool, reload_rng *rng, int64_t bits);
/* Reads a key, whose passphrase is asked for if it is encrypted. Returns false after reporting an
 * error. */
bool keygen_read_key(struct tool *tool, const char *path, reload_key **key);
/* Draws a serial number. Returns false after reporting an error. */
bool keygen_serial(struct tool *tool, reload_rng *rng, uint8_t serial[SERIAL_SIZE]);
bool keygen_write_key(struct tool *tool, reload_key *key, const char *path, bool force);
/* Writes a buffer to a file, and frees it. flags: OUTPUT_STATE or 0. */
bool keygen_write(struct tool *tool, const char *path, reload_buf *text, unsigned flags);
/* Warns of a key that verifiers reject by default (D13). */
void keygen_check_bits(const struct tool *tool, int64_t bits);
/* Whether a file does not exist or may be replaced. Returns false after reporting why not. */
bool keygen_may_write(struct tool *tool, const char *path, bool force);

/* A call's files: a key, and the certificate or request for it. */
struct keygen_files {
    struct tool *tool;
    reload_key *key; /* NULL: none is written */
    const char *key_path, *path;
    const reload_buf *pem; /* for path */
    bool force;            /* existing files may be replaced */
    /* Changes the state that goes with the files, or with undo changes it back. Called when only
     * renaming is left to fail. May be NULL. Returns false after reporting an error. */
    bool (*commit)(void *arg, bool undo);
    void *arg;
};

/* Whether both files may be written, and are two. Ends the program or returns false after reporting
 * why not. */
bool keygen_may_write_files(const struct keygen_files *files);
/* Writes both files, or none. Returns false after reporting an error. */
bool keygen_write_files(const struct keygen_files *files);
/* The first step of writing: opens an output, and writes what is seen only when it is closed. */
bool keygen_prepare(struct output *out, struct tool *tool, const char *path, const reload_buf *text,
                    unsigned flags);
/* The second step: writes the rest and closes the output. */
bool keygen_publish(struct output *out, const reload_buf *text);

/* A file name made of two parts. Returns NULL after reporting that memory is short. */
char *keygen_path(struct tool *tool, const char *a, const char *b);
/* Reports that memory is short. */
void keygen_no_memory(struct tool *tool);
/* The spelling of an address of record in certificates: without "sip:", "sips:" or "mailto:", and
 * the host in lower case, so that a user has one spelling (D21). Ends the program if it is not an
 * address of record. A port or parameters are refused: D21 strips them from neither side, so that
 * only a KEY with the same ones would match. */
void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1]);
/* Ends the program if an overlay's name is not usable in a URI without percent-encoding (D19). */
void keygen_overlay(const struct tool *tool, const char *name);
enum { MAX_SUBJECT = 3 + 4 * 64 + 1 }; /* "CN=" and 64 characters in UTF-8 */
/* "CN=NAME". Returns false, with the cause in diag, if the name cannot be a common name. */
bool keygen_subject(const char *name, char subject[MAX_SUBJECT], reload_diag *diag);
/* The same of a name from an option. Ends the program if it cannot. */
void keygen_subject_option(const struct tool *tool, const char *option, const char *name,
                           char subject[MAX_SUBJECT]);

/* ---- A certificate for peers and users: what issue and self-signed share ---- */

/* One year. */
#define LEAF_VALIDITY (365 * KEYGEN_DAY)

struct leaf {
    struct tool tool;
    const char *prefix, *seed;
    char users[MAX_NAMES][MAX_USER + 1];
    size_t user_count;
    uint8_t peer_ids[MAX_NAMES][RELOAD_ID_SIZE];
    size_t peer_id_count;
    int64_t peers, bits; /* or NOT_SPECIFIED */
    reload_time not_before;
    reload_time not_after; /* or TIME_NOT_SPECIFIED */
    bool force;
    const char *common_name;   /* NULL: the first of the names below that is short enough */
    char subject[MAX_SUBJECT]; /* of the certificate */
    reload_cert_name names[2 * MAX_NAMES];
    size_t name_count;
};

option_call leaf_user_option, leaf_peer_id_option;

/* clang-format off */
#define LEAF_NAME_ROWS(struct_type, member)                                                      \
    OPTION_TEXT('o', "output", "PREFIX", struct_type, member.prefix,                             \
                "write PREFIX.key and PREFIX.crt"),                                              \
    OPTION_CALL_ON(0, "user", "AOR", struct_type, member, struct leaf, leaf_user_option,         \
                   "name this address of record; may be repeated"),                              \
    OPTION_NUMBER(0, "peers", "N", struct_type, member.peers, 0, MAX_NAMES,                      \
                  "name N consecutive Peer-IDs, drawn at random (default: 1)"),                  \
    OPTION_CALL_ON(0, "peer-id", "HEX", struct_type, member, struct leaf, leaf_peer_id_option,   \
                   "name this Peer-ID instead; may be repeated, each one more than the last")
#define LEAF_OTHER_ROWS(struct_type, member)                                                     \
    KEYGEN_BITS(struct_type, member.bits, "2048"),                                               \
    KEYGEN_TIME("not-before", struct_type, member.not_before,                                    \
                "make the certificate valid from TIME (default: now)"),                          \
    KEYGEN_TIME("not-after", struct_type, member.not_after,                                      \
                "make the certificate valid until TIME (default: a year later)"),                \
    OPTION_FLAG(0, "force", struct_type, member.force,                                           \
                "replace PREFIX.key and PREFIX.crt if they exist"),                              \
    OPTION_TEXT(0, "seed", "HEX", struct_type, member.seed,                                      \
                "make key, serial number and Peer-IDs from HEX, for test vectors only"),         \
    KEYGEN_QUIET
/* clang-format on */

/* Sets the defaults. */
void leaf_begin(struct leaf *leaf, const char *tool);
/* Ends the program if the options contradict each other, or, with names, specify no name. */
void leaf_check(struct leaf *leaf, bool names);
/* The number of Peer-IDs to name. */
unsigned leaf_peers(const struct leaf *leaf);
/* Whether the Peer-IDs specified are consecutive. Returns false after reporting which is not. */
bool leaf_consecutive(struct leaf *leaf);
void leaf_add_name(struct leaf *leaf, const reload_cert_name *name);
void leaf_add_users(struct leaf *leaf);
/* Adds the Peer-IDs from first on, none of which is past the last of all. */
void leaf_add_peers(struct leaf *leaf, const char *overlay, const uint8_t first[RELOAD_ID_SIZE]);
/* Makes the certificate for a key or a request's key; the other is NULL. issuer: NULL if it is
 * self-signed. */
bool leaf_certify(struct leaf *leaf, const uint8_t serial[SERIAL_SIZE], reload_key *key,
                  const reload_request *request, const reload_cert *issuer, reload_key *issuer_key,
                  reload_buf *pem);

/* ---- A CA's directory ---- */

enum { CA_FILES = 4 };
/* The files of a CA's directory, each with "/" before its name, in the order in which they are
 * made: key, certificate, index, profile. */
extern const char *const ca_files[CA_FILES];

struct ca {
    struct tool *tool;
    const char *dir;
    int lock; /* the directory, locked while the CA is in use */
    reload_profile *profile;
    reload_cert *cert;
    reload_key *key;
};

/* Opens the directory, and waits until no other call uses it. Returns false after reporting an
 * error. */
bool ca_open(struct ca *ca, struct tool *tool, const char *dir);
void ca_close(struct ca *ca);

/* ---- The index of what a CA issued ---- */

/* A line of the index: one certificate. */
struct entry {
    uint8_t serial[20];
    size_t serial_len;
    reload_time not_after;
    reload_time revoked; /* negative: not revoked */
    uint8_t first[RELOAD_ID_SIZE];
    unsigned peers; /* number of consecutive Peer-IDs from first on */
    char *users;    /* separated by commas; "-": none; owned */
};

struct index {
    unsigned max_peers;           /* for one user */
    reload_crl_number crl_number; /* of the last CRL */
    struct entry *entries;
    size_t count;
    size_t cap;
};

/* Reads the index of an open CA. Returns false after reporting an error. */
bool index_read(struct index *index, struct ca *ca);
/* Replaces the index file. */
bool index_write(const struct index *index, struct ca *ca);
/* Adds an entry. Returns NULL after reporting that memory is short. */
struct entry *index_add(struct index *index, struct tool *tool);
/* Drops the last entry. */
void index_drop_last(struct index *index);
void index_free(struct index *index);
/* Whether one of count Peer-IDs from first on was issued before, or would be past the last. */
bool index_taken(const struct index *index, const uint8_t first[RELOAD_ID_SIZE], unsigned count);
/* The number of Peer-IDs issued to a user. */
unsigned index_peers_of(const struct index *index, const char *user);
/* Draws the first of count consecutive Peer-IDs uniformly from those never issued (S§7). */
bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count,
                uint8_t first[RELOAD_ID_SIZE]);
/* sum = id + n. Returns false if that is over 160 bits. */
bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE]);

#endif
