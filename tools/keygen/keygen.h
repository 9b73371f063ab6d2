/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen's commands, and their common parts. */
#ifndef RELOAD_KEYGEN_H
#define RELOAD_KEYGEN_H

#include "common/arguments.h"

/* Each command is a main function: argv[0] is the command. */
int secret_main(int argc, char **argv);
int id_main(int argc, char **argv);
int ca_main(int argc, char **argv);
int issue_main(int argc, char **argv);
int self_signed_main(int argc, char **argv);
int request_main(int argc, char **argv);
int revoke_main(int argc, char **argv);
int crl_main(int argc, char **argv);
int list_main(int argc, char **argv);
int adopt_main(int argc, char **argv);
int export_main(int argc, char **argv);

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
#define KEYGEN_QUIET_RESULT(what)                                                                \
    OPTION_QUIET("print errors only, no warnings and no report of what was " what)
#define KEYGEN_PASSPHRASE(struct_type, member, help)                                             \
    OPTION_FILE(0, "passphrase-file", "FILE", struct_type, member, help)
#define KEYGEN_CA_PASSPHRASE(struct_type, member)                                                \
    KEYGEN_PASSPHRASE(struct_type, member, "read the passphrase of the CA's key from FILE")
/* clang-format on */

/* ---- Keys, files and names ---- */

enum { SERIAL_SIZE = 16, MAX_NAMES = 64, MAX_USER = 256, MAX_OVERLAY = 255 };

/* Ends the program if the machine's clock is out of range, and names the option that sets the time
 * instead. */
void keygen_check_clock(struct tool *tool, reload_time time, const char *option);
/* A source of random octets. With a seed (hex digits) the octets follow from seed and purpose
 * alone, and a warning is printed. makes_key: a key is made of them too. A seed that is not hex
 * ends the program. Returns NULL after reporting an error. */
reload_rng *keygen_rng(struct tool *tool, const char *seed, const char *purpose, bool makes_key);
/* A new key of that many bits. Returns NULL after reporting an error. */
reload_key *keygen_key(struct tool *tool, reload_rng *rng, int64_t bits);
/* Reads a key. If it is encrypted, its passphrase is read from a file, or asked for if that is
 * NULL. may_be_plain: a passphrase of a key that is not encrypted causes no warning. Returns false
 * after reporting an error. */
bool keygen_read_key(struct tool *tool, const char *path, const char *passphrase_file,
                     bool may_be_plain, reload_key **key);
/* Reads a certificate, PEM or DER. Returns NULL after reporting an error. */
reload_cert *keygen_read_cert(struct tool *tool, const char *path);
/* Reads the newest CRL of an issuer; *crl is NULL if none in the file is the issuer's. Returns
 * false after reporting an error. */
bool keygen_read_crl(struct tool *tool, const char *path, const reload_cert *issuer,
                     reload_crl **crl);
/* Whether a private key is a certificate's. Returns false after reporting both files and keys. */
bool keygen_check_pair(struct tool *tool, const char *key_path, const reload_key *key,
                       const char *cert_path, const reload_cert *cert);
/* Draws a serial number. Returns false after reporting an error. */
bool keygen_serial(struct tool *tool, reload_rng *rng, uint8_t serial[SERIAL_SIZE]);
/* Appends a private key as PEM, encrypted if passphrase_file is not NULL. path: for the error. */
bool keygen_key_text(struct tool *tool, reload_key *key, const char *path,
                     const char *passphrase_file, reload_buf *pem);
/* Writes a new key file. */
bool keygen_write_key(struct tool *tool, const char *path, const reload_buf *pem);
/* Writes a buffer to a file. flags: OUTPUT_STATE or 0. */
bool keygen_write(struct tool *tool, const char *path, const reload_buf *text, unsigned flags);
/* Warns of a key that verifiers reject by default (D13). */
void keygen_check_bits(const struct tool *tool, int64_t bits);
/* Whether a file is missing or may be replaced. Returns false after reporting an error. */
bool keygen_may_write(struct tool *tool, const char *path, bool force);

/* A call's files: a key, and the certificate or request for it. */
struct keygen_files {
    struct tool *tool;
    reload_key *key; /* NULL: none is written */
    const char *key_path, *path;
    const char *passphrase_file; /* of the key; NULL: it is not encrypted */
    const reload_buf *pem;       /* for path */
    bool force;                  /* existing files may be replaced */
    /* Changes the state that goes with the files, or with undo changes it back. Called when only
     * renaming is left to fail. May be NULL. Returns false after reporting an error. */
    bool (*commit)(void *arg, bool undo);
    void *arg;
};

/* Whether both files may be written, and are different. Ends the program or returns false after
 * reporting an error. */
bool keygen_may_write_files(const struct keygen_files *files);
/* Writes both files, or none. Returns false after reporting an error. */
bool keygen_write_files(const struct keygen_files *files);
/* The first step of writing: opens an output, and writes to it without making it visible. */
bool keygen_prepare(struct output *out, struct tool *tool, const char *path, const reload_buf *text,
                    unsigned flags);
/* The second step: writes the rest and closes the output. */
bool keygen_publish(struct output *out, const reload_buf *text);

/* PREFIX of an output, without a suffix .key, .crt or .csr. Ends the program if it is a directory.
 * Returns NULL after reporting that memory is short; the caller frees it. */
char *keygen_prefix(struct tool *tool, const char *text);
/* A file name made of two parts. Returns NULL after reporting that memory is short. */
char *keygen_path(struct tool *tool, const char *a, const char *b);
/* The path of a file in a directory, in the same way */
char *keygen_file(struct tool *tool, const char *dir, const char *name);
/* Reports that memory is short. */
void keygen_no_memory(struct tool *tool);
/* The spelling of an address of record in certificates: without "sip:", "sips:" or "mailto:", and
 * the host in lower case, so that a user has one spelling (D21). Ends the program if it is not an
 * address of record. A port or parameters are refused: D21 does not strip them, so only a KEY with
 * the same port and parameters would match. */
void keygen_user(const struct tool *tool, const char *text, char user[MAX_USER + 1]);
/* Ends the program if an overlay's name is not usable in a URI without percent-encoding (D19). */
void keygen_overlay(const struct tool *tool, const char *name);
enum { MAX_SUBJECT = 3 + 4 * 64 + 1 }; /* "CN=" and 64 characters in UTF-8 */
/* "CN=NAME". Returns false, with the cause in diag, if the name cannot be a common name. */
bool keygen_subject(const char *name, char subject[MAX_SUBJECT], reload_diag *diag);
/* The same of a name from an option. Ends the program if the name cannot be a common name. */
void keygen_subject_option(const struct tool *tool, const char *option, const char *name,
                           char subject[MAX_SUBJECT]);

/* ---- A certificate for peers and users, by issue or self-signed ---- */

/* One year. */
#define LEAF_VALIDITY (365 * KEYGEN_DAY)

struct leaf {
    struct tool tool;
    const char *output, *seed, *passphrase_file;
    char *prefix; /* made of output; owned */
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
    OPTION_TEXT('o', "output", "PREFIX", struct_type, member.output,                             \
                "write PREFIX.key and PREFIX.crt"),                                              \
    OPTION_CALL_ON(0, "user", "AOR", struct_type, member, struct leaf, leaf_user_option,         \
                   "name this address of record; may be repeated"),                              \
    OPTION_NUMBER(0, "peers", "N", struct_type, member.peers, 0, MAX_NAMES,                      \
                  "name N consecutive Peer-IDs, drawn at random (default: 1)", NULL, "peer-id"), \
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
                "make key, serial number and Peer-IDs from HEX, for test vectors only")
/* clang-format on */

/* Sets the defaults. */
void leaf_begin(struct leaf *leaf, const char *tool);
/* Ends the program if the options contradict each other, or, with names, specify no name. Returns
 * false after reporting that memory is short. */
bool leaf_check(struct leaf *leaf, bool names);
/* The number of Peer-IDs to name. */
unsigned leaf_peers(const struct leaf *leaf);
/* Whether the specified Peer-IDs are consecutive. Returns false after reporting the first that is
 * not. */
bool leaf_consecutive(struct leaf *leaf);
/* Warns of a certificate that has expired when it is made, unless it is for test vectors. */
void leaf_warn_of_expiry(const struct leaf *leaf);
void leaf_add_name(struct leaf *leaf, const reload_cert_name *name);
void leaf_add_users(struct leaf *leaf);
/* Adds the Peer-IDs from first on, all of which must be in range. */
void leaf_add_peers(struct leaf *leaf, const char *overlay, const uint8_t first[RELOAD_ID_SIZE]);
/* Makes the certificate for a key or a request's key; the other is NULL. issuer: NULL if it is
 * self-signed. */
bool leaf_certify(struct leaf *leaf, const uint8_t serial[SERIAL_SIZE], const reload_key *key,
                  const reload_request *request, const reload_cert *issuer, reload_key *issuer_key,
                  reload_buf *pem);

/* ---- The index of a CA's certificates ---- */

enum { MAX_SERIAL = 20, DEFAULT_MAX_PEERS = 16 };

/* A serial number in octets, without leading zeros. */
struct serial {
    uint8_t octets[MAX_SERIAL];
    size_t len;
};

/* Reads hex digits of either case, with or without colons, after "serial=" or "0x" if any, as
 * openssl, the index and reload-dump write them. Returns false if the text is not one. */
bool serial_parse(const char *text, struct serial *serial);
bool serial_same(const struct serial *a, const struct serial *b);
/* Hex digits. */
void serial_text(const struct serial *serial, char text[2 * MAX_SERIAL + 1]);

/* A hash table of positions in an array whose elements begin with a serial number. */
struct serial_table {
    size_t *slots; /* 0: free, or a position and 1 */
    size_t size;   /* a power of two, or 0 */
    size_t element;
};
#define NOT_FOUND SIZE_MAX

/* Makes the table large enough for count elements, which it has, and one more. Returns false
 * without memory. */
bool serial_table_reserve(struct serial_table *table, const void *array, size_t count);
/* Adds element i, unless an earlier element has its serial number. Returns the first element with
 * that serial number. */
size_t serial_table_add(struct serial_table *table, const void *array, size_t i);
/* The first element with a serial number, or NOT_FOUND. */
size_t serial_table_find(const struct serial_table *table, const void *array,
                         const struct serial *serial);
/* Removes the element that was added last. */
void serial_table_remove_last(struct serial_table *table, const void *array, size_t i);

/* A line of the index: a certificate, or one of its blocks of consecutive Peer-IDs. */
struct entry {
    struct serial serial;
    reload_time not_after;
    reload_time revoked; /* negative: not revoked */
    unsigned reason;     /* a CRLReason; 0: unspecified */
    uint8_t first[RELOAD_ID_SIZE];
    unsigned peers; /* number of consecutive Peer-IDs from first on */
    char *users;    /* separated by commas; "-": none; owned */
    /* private: the first and next (0: none) line of its certificate; in the first line, also the
     * last */
    size_t first_line, next_line, last_line;
};

/* An entry of a CRL for a certificate that the index lacks. */
struct foreign {
    struct serial serial;
    reload_time revoked;
    unsigned reason;
};

struct index {
    unsigned max_peers;           /* for one user */
    reload_crl_number crl_number; /* of the last CRL */
    char *succeeds;               /* directory of the CA that this one succeeds; NULL: none */
    struct entry *entries;
    size_t count;
    size_t cap;
    struct foreign *foreign;
    size_t foreign_count;
    size_t foreign_cap;
    size_t taken_over; /* revocations that CRLs list and the index lacked */
    struct serial_table by_serial, foreign_by_serial;
};

struct ca;
/* Reads the index of a CA; with may_be_missing, a missing one is empty. Returns false after
 * reporting an error. */
bool index_read(struct index *index, struct ca *ca, bool may_be_missing);
/* Replaces the index file. */
bool index_write(const struct index *index, struct ca *ca);
/* Adds a certificate: a line for each block of consecutive Peer-IDs among its names, each line with
 * the users among them. values: its serial number and dates. Returns its first line. Returns NULL,
 * with no line added, after reporting that memory is short. */
struct entry *index_add_certificate(struct index *index, struct tool *tool,
                                    const struct entry *values,
                                    const reload_cert_name *const *names, size_t count);
bool index_add_foreign(struct index *index, struct tool *tool, const struct foreign *foreign);
/* NULL: none. */
const struct foreign *index_find_foreign(const struct index *index, const struct serial *serial);
/* Drops the lines after the first count. */
void index_cut(struct index *index, size_t count);
void index_free(struct index *index);
/* The first line of the certificate with a serial number; NULL: none. */
struct entry *index_find(const struct index *index, const struct serial *serial);
/* The next line of the same certificate after one of its lines; NULL: none. */
struct entry *index_next(const struct index *index, const struct entry *entry);
/* Whether an entry is the first line of its certificate. */
bool index_is_first(const struct index *index, const struct entry *entry);
/* Whether an entry names a user. */
bool entry_has_user(const struct entry *entry, const char *user);

/* Whether a reason replaces an earlier one: its rank is higher, so that a compromise is never lost.
 */
bool reason_replaces(unsigned before, unsigned reason);
/* The words of CRLReason in RFC 5280 section 5.3.1, by number; NULL after the last. */
extern const char *const revocation_reasons[];

/* ---- Peer-IDs (ids.c) ---- */

/* sum = id + n. Returns false if that is over 160 bits. */
bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE]);
/* Whether one of count Peer-IDs from first on was issued before, or would be past the last. */
bool index_taken(const struct index *index, const uint8_t first[RELOAD_ID_SIZE], unsigned count);
/* The last certificate of the index that names one of them and is not revoked; NULL: none. */
const struct entry *index_renewable(const struct index *index, const uint8_t first[RELOAD_ID_SIZE],
                                    unsigned count);
/* The number of Peer-IDs issued to a user, also by certificates that expired or were revoked. */
unsigned index_peers_of(const struct index *index, const char *user);
/* Draws the first of count consecutive Peer-IDs uniformly from those never issued (S§7). */
bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count,
                uint8_t first[RELOAD_ID_SIZE]);

/* ---- A CA's directory ---- */

/* The files of a CA's directory. */
#define CA_KEY_FILE       "ca.key"
#define CA_CERT_FILE      "ca.crt"
#define CA_INDEX_FILE     "index"
#define CA_CRL_FILE       "overlay.crl"
#define CA_PROFILE_FILE   "overlay.json"
#define CA_ISSUED_DIR     "issued"
#define CA_SUCCESSOR_FILE "successor"
#define CA_LINK_FILE      "link.crt"
#define CA_OLD_FILE       "old.crt"

/* How a CA is opened. */
enum {
    CA_READ_KEY = 1,
    CA_ALLOW_SUCCEEDED = 2, /* even if another CA has succeeded it */
    CA_NEW_INDEX = 4,       /* with an empty index if the file is missing */
    CA_ANY_PASSPHRASE = 8,  /* the passphrase may be for another key, and so have no effect */
    CA_TO_SUCCEED = 16      /* as the CA of --succeed, which an error names instead of --ca */
};

struct ca {
    struct tool *tool;
    const char *dir;
    const char *passphrase_file; /* of its key; NULL: read from the terminal */
    int lock;                    /* the directory, locked while the CA is in use */
    reload_profile *profile;     /* its files are relative to the working directory */
    reload_cert *cert;
    reload_key *key; /* NULL without CA_READ_KEY */
    struct index index;
    reload_crl_number crl_number; /* of the directory's CRL; 0: it has none */
};

/* Opens the directory, waits until no other call uses it, and reads its files. Certificates that
 * its CRL lists become revoked in the index. Returns false after reporting an error. */
bool ca_open(struct ca *ca, struct tool *tool, const char *dir, const char *passphrase_file,
             unsigned flags);
/* Returns false after reporting the CA that has succeeded this one, if there is one. option: what
 * names a CA's directory in this call. */
bool ca_check_successor(const struct ca *ca, const char *option);
void ca_close(struct ca *ca);
/* The path of one of its files. The caller frees it. Returns NULL after reporting an error. */
char *ca_path(const struct ca *ca, const char *name);
/* Makes the directory of copies, unless it exists. Returns false after reporting an error. */
bool ca_make_issued(const struct ca *ca);
/* The path of its copy of a certificate. The caller frees it. Returns NULL after reporting an
 * error. */
char *ca_issued_path(const struct ca *ca, const struct serial *serial);
/* Whether the CA, or one that it succeeds, has signed a certificate. Returns false after reporting
 * an error. */
bool ca_has_issued(const struct ca *ca, const reload_cert *cert, bool *yes);
/* Whether a certificate is the CA's own, or another one for its key, such as the link. */
bool ca_is_own_cert(const struct ca *ca, const reload_cert *cert);
/* The serial number of a certificate. Returns false if it is too long. */
bool cert_serial(const reload_cert *cert, struct serial *serial);
/* Whether a path is that of the directory's CRL. */
bool ca_is_own_crl(const struct ca *ca, const char *path);
/* Whether the profile lists the CRL of the directory. */
bool ca_lists_crl(const struct ca *ca);
/* The text of a profile. Returns false after reporting an error. */
bool profile_text(struct tool *tool, const reload_profile *profile, reload_buf *text);

/* Whether the index has each certificate that issued/ has. A restored index may lack some. Returns
 * false after reporting an error. */
bool issued_all_known(const struct ca *ca);
/* The first second in which a certificate is valid, by its copy in issued/. RELOAD_NO_TIME
 * without a copy. */
reload_time issued_not_before(const struct ca *ca, const struct serial *serial);
/* Warns if a request has a key that was compromised: that of a certificate in issued/ that was
 * revoked for this reason. path: of the request. */
void issued_warn_of_compromise(const struct ca *ca, const char *path,
                               const reload_request *request);

/* ---- Its CRL (crl.c) ---- */

/* Adds the entries of the CRLs of the directory and of the profile to the index, with a warning for
 * each certificate. Returns false after reporting an error. */
bool crl_take_over(struct ca *ca);
/* Adds the entries of one file in the same way. must: it is the directory's own CRL, and must be
 * readable. */
bool crl_take_over_file(struct ca *ca, const char *path, bool must);
/* Reads a CRL from a file, which must be the CA's. Returns false after reporting an error. */
bool crl_read_last(struct ca *ca, const char *cert_path, const char *path, reload_crl **crl);
/* Whether the directory's CRL may replace the one at a path: it has every revocation of that CRL
 * and of the index, and its number is not lower. Returns false after reporting the command that
 * makes such a CRL. */
bool crl_may_replace(struct ca *ca, const char *path);
/* Revokes the certificates that a CRL of the CA lists, and records those that the index lacks.
 * path: for the warnings; NULL: none. */
bool crl_merge(struct ca *ca, const reload_crl *crl, const char *path);

struct crl_dates {
    reload_time this_update, next_update;
};

/* The default dates for a CRL made at a time. */
struct crl_dates crl_dates_at(reload_time time);
/* The default dates for a CRL made now, or at another time if the machine's clock is out of range.
 */
struct crl_dates crl_dates_now(reload_time otherwise);
/* Whether the directory's CRL is older than the index, after a call that was interrupted or a file
 * that was restored: it lacks revocations. */
bool crl_is_behind(const struct ca *ca);
/* Writes the index, and then the CRL with the next number, also to the path copy (NULL: none), and
 * the CRLs of the CAs that it succeeds. If the profile lists no CRL of the directory, it is added.
 * Every step that can fail comes before. Returns false after reporting an error. */
bool crl_renew(struct ca *ca, const struct crl_dates *dates, const char *copy);
/* The same without the CAs that it succeeds. Without ca->profile, no profile is changed. */
bool crl_renew_own(struct ca *ca, const struct crl_dates *dates, const char *copy);

/* ---- Making a CA's directory (ca.c, take-over.c, succeed.c) ---- */

struct make_ca {
    struct tool tool;
    const char *dir, *overlay, *name, *seed, *passphrase_file;
    const char *key_file, *cert_file, *crl_file; /* of a CA that was made elsewhere */
    const char *old_dir;                         /* of the CA to succeed */
    int64_t bits, max_peers, dht, hash;          /* or NOT_SPECIFIED */
    reload_time not_before, not_after;           /* or TIME_NOT_SPECIFIED */
    char subject[MAX_SUBJECT];
    struct ca ca; /* the new one */
};

/* The content of a new directory. m->ca has its key, certificate and index. */
struct ca_content {
    const reload_buf *key, *cert;  /* of the files */
    const reload_profile *profile; /* its files are relative to the directory */
    struct crl_dates dates;
    /* Adds files before the profile, without which no command uses the directory, or removes them
     * again. May be NULL. Returns false after reporting an error. */
    bool (*add)(struct make_ca *m, void *arg, bool undo);
    void *arg;
};

/* Makes the directory with all files, or none. Returns false after reporting an error. */
bool ca_make_directory(struct make_ca *m, const struct ca_content *content);
/* The path of a file in the new directory. */
char *make_ca_path(struct make_ca *m, const char *name);
/* A profile for the options; NULL after reporting that memory is short. */
reload_profile *ca_new_profile(struct make_ca *m, int64_t bits);
/* Makes a CA certificate for a key. same_subject: NULL, or the certificate that has its subject.
 * issuer: NULL if it is self-signed. */
bool ca_certify(struct make_ca *m, reload_rng *rng, const reload_key *key,
                const reload_cert *same_subject, const reload_cert *issuer, reload_key *issuer_key,
                reload_buf *pem);
/* Parses a certificate just made. */
reload_cert *ca_parse(struct make_ca *m, const reload_buf *pem);
void ca_take_over(struct make_ca *m);
void ca_succeed(struct make_ca *m);

/* ---- Printing issued certificates (print.c) ---- */

/* The state of a certificate. */
enum certificate_status { CERT_GOOD, CERT_REVOKED, CERT_EXPIRED };
extern const char *const certificate_statuses[]; /* by number; ends with NULL */
enum certificate_status entry_status(const struct entry *entry, reload_time now);
/* A JSON object of a certificate. entry: its first line. not_before: RELOAD_NO_TIME if unknown. */
void print_json_entry(reload_json_writer *w, const struct index *index, const struct entry *entry,
                      reload_time not_before, reload_time now);
/* Its Peer-IDs, or "-". */
void print_peer_ids(struct output *out, const struct index *index, const struct entry *entry,
                    const char *separator);

#endif
