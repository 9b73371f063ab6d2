/* reload-sign --mutate: of one good message, bad ones (and odd ones that stay good), each with what
 * a correct verifier says of it.
 *
 * Nothing here asks the library's verifier: a mutation says what it has done to the message, and
 * label.c reads D24 with that, so that the verifier and this can check each other. What signatures
 * cover (D1, D2, D8) is worked out here anew for the same reason.
 *
 *   base.c       the good message: its signatures, and whether it is good as far as that shows
 *   edit.c       changing a copy of it, and signing it anew
 *   label.c      from what was changed to verdict, reason and response code
 *   catalogue.c  the mutations
 *   vectors.c    the output
 *   mutate.c     which mutations, in which order
 */
#ifndef RELOAD_MUTATE_H
#define RELOAD_MUTATE_H

#include "common/tool.h"

/* ---- What the command line says ---- */

struct mutate_options {
    const char *list;    /* "all", or names and groups with commas between */
    const char *seed;    /* hex digits */
    const char *dir;     /* where each message goes to a file of its own; NULL: one JSON document */
    const char *overlay; /* the overlay's name as verifiers are told it; NULL: they are not */
    bool skew_limit;
    int64_t max_skew;
    uint32_t time; /* of checking: the TIMESTAMP of what was signed */
    reload_security security;
    unsigned json_flags; /* RELOAD_PRETTY */
};

/* Ends the program where a list names what is no mutation, or a seed is none. */
void mutate_check_options(const struct tool *tool, const struct mutate_options *options);
/* The Transaction ID for a request that has none, which follows from the seed. */
reload_err mutate_transaction_id(const struct mutate_options *options,
                                 uint8_t id[RELOAD_TRANSACTION_SIZE]);
/* Writes the catalogue for people. */
void mutate_help(struct output *out);
/* Makes the mutants of a message that signer has signed, and writes them: to path (NULL: standard
 * output), or to files in options' directory. file: where the message came from, for errors. */
void mutate(struct tool *tool, const struct mutate_options *options, reload_signer *signer,
            const uint8_t *octets, size_t len, const char *file, const char *path);

/* ---- The good message (base.c) ---- */

/* Whose signature it is, in the order in which D24 has them checked. */
enum role { ROLE_MESSAGE = 1, ROLE_SOURCE, ROLE_REDIRECT, ROLE_BODY_PEER, ROLE_BODY };

/* A signature that counts. Attributes are indices into the good message; RELOAD_NO_ATTR: there is
 * none. */
struct site {
    enum role role;
    uint32_t attr;
    uint32_t container; /* the PEER-INFO or BODY; RELOAD_NO_ATTR for the message's */
    uint32_t timestamp, digest, expiration;
    uint32_t info; /* the PEER-INFO whose certificate it is checked with; not for a BODY's */
    size_t size;   /* octets of its DIGEST */
    bool ours;     /* the signer can make it anew */
};

struct base {
    const struct mutate_options *options;
    reload_signer *signer;
    reload_signer *other; /* with another secret or key; made when first needed */
    bool certs;
    const uint8_t *octets;
    size_t len;
    reload_msg *msg;
    uint32_t count;     /* of attributes */
    uint32_t signature; /* the message's */
    struct site *sites; /* the first is the message's */
    size_t site_count;
    reload_buf seed;
};

/* Reads a good message. RELOAD_ERR_REFUSED: it is not good, or its mutants could not be labelled;
 * diag says why. */
reload_err base_open(struct base *base, const struct mutate_options *options, reload_signer *signer,
                     const uint8_t *octets, size_t len, reload_diag *diag);
void base_close(struct base *base);
/* Decodes the seed's hex digits. */
reload_err base_seed(struct base *base, const char *seed);

const reload_attr *base_attr(const struct base *base, uint32_t attr);
/* Octets of an attribute, padding included, and where the one behind it and its members begins. */
size_t base_size(const struct base *base, uint32_t attr);
size_t base_end(const struct base *base, uint32_t attr);
/* Whether it stands before the message's SIGNATURE's end, and there in its place: what D24 looks
 * at. */
bool base_covered(const struct base *base, uint32_t attr);
bool base_counts(const struct base *base, uint32_t attr);
/* The octets of its value. */
const uint8_t *base_value(const struct base *base, uint32_t attr, size_t *len);
/* D21's certificate BODY: it holds one CERTIFICATE and nothing else. */
bool base_is_certificate_body(const struct base *base, uint32_t body);
/* A source of random octets for one purpose: the same for the same seed and purpose. */
reload_err base_rng(const struct base *base, const char *purpose, reload_rng **rng);

/* ---- A mutant (edit.c) ---- */

/* How far it was signed anew. */
enum signing { SIGN_NOTHING, SIGN_MESSAGE, SIGN_ALL, SIGNINGS };

/* What has become of a signature. */
struct state {
    bool broken;        /* its digest is not that of the octets that it covers */
    bool misplaced;     /* D9 */
    size_t size;        /* of its DIGEST */
    int64_t stamp;      /* its TIMESTAMP; -1: none */
    int64_t expiration; /* its container's; -1: none */
    bool other_id;      /* the PEER-ID beside its certificate has become another */
};

struct mutation;

struct mutant {
    struct base *base;
    const struct mutation *mutation;
    enum signing signing;
    char place[256]; /* a JSON Pointer; empty: the message */
    char comment[512];
    bool trailing; /* octets stand behind the message's end */
    reload_buf octets;
    uint32_t *at;         /* where each attribute of the good message now is */
    bool *gone;           /* which of them no longer mean anything where they were */
    bool *altered;        /* which certificates and KEYs have another value */
    struct state *states; /* of the good message's signatures */
    reload_rng *rng;
    uint64_t order; /* the first objection by D24, as label.c counts */
    reload_reason reason;
    uint16_t code; /* 0: none */
    reload_err err;
};

reload_err mutant_open(struct mutant *m, struct base *base, const struct mutation *mutation,
                       enum signing signing, const char *place);
void mutant_close(struct mutant *m);
/* Says in words what was done. */
__attribute__((format(printf, 2, 3))) void mutant_say(struct mutant *m, const char *format, ...);

/* Random numbers from 0 to below - 1. */
uint32_t mutant_random(struct mutant *m, uint32_t below);

/* Each returns false where it cannot be done (a Length becomes too large), and then the mutant is
 * to be given up. Offsets are in the good message.  */
bool mutant_write(struct mutant *m, size_t offset, const void *octets, size_t len);
bool mutant_insert(struct mutant *m, uint32_t parent, size_t offset, const void *octets,
                   size_t len);
bool mutant_remove(struct mutant *m, uint32_t attr);
/* Moves an attribute to an offset in another container, or in its own. */
bool mutant_move(struct mutant *m, uint32_t attr, uint32_t parent, size_t offset);
/* Puts another value into an attribute without members. */
bool mutant_set(struct mutant *m, uint32_t attr, const void *octets, size_t len);
/* Says that an attribute and its members no longer count. */
void mutant_forget(struct mutant *m, uint32_t attr);
/* Marks the signatures as broken that cover octets from an offset on; len 0: something was put in
 * there. */
void mutant_touch(struct mutant *m, size_t offset, size_t len);
/* The octet of the mutant at an offset of the good message. */
uint8_t *mutant_octets(struct mutant *m, size_t offset);

/* What a signature covers as it now stands: rightly, or as edit.c's diagram shows. */
enum range {
    RANGE_RIGHT,
    RANGE_BASE,
    RANGE_ALL,
    RANGE_HEAD,
    RANGE_DIGEST_HEAD,
    RANGE_NO_TIMESTAMP,
    RANGE_LENGTH,
    RANGE_LENGTH_ZERO
};
bool mutant_covered(struct mutant *m, size_t site, enum range range, reload_buf *covered);
/* Whether a signature can be made anew: it is there and whole, and the key is ours. */
bool mutant_can_sign(const struct mutant *m, size_t site);
/* Makes it anew. */
bool mutant_sign(struct mutant *m, size_t site);
/* Makes anew what m->signing says, where it is broken. Returns false where nothing was: the mutant
 * is then no other than the one that is signed less. */
bool mutant_sign_anew(struct mutant *m);

/* ---- Labels (label.c) ---- */

/* D24's steps, as far as they tell one objection from a later one. */
enum step {
    STEP_HEADER = 10, /* 1: no header, or cut short */
    STEP_VERSION = 11,
    STEP_FRAGMENT = 20,
    STEP_FORM = 30,
    STEP_OVERLAY = 40,
    STEP_SECURITY = 41,
    STEP_SIGNATURE = 50, /* 5 to 10, for each signature */
    STEP_CERTIFICATE_THERE = 51,
    STEP_DUPLICATE = 60,
    STEP_MISPLACED = 61,
    STEP_DIGEST_LENGTH = 62,
    STEP_TIMESTAMP = 63,
    STEP_CERTIFICATE = 70,
    STEP_MODULUS = 80,
    STEP_DIGEST = 81,
    STEP_BINDING = 90,
    STEP_EXPIRATION = 91,
    STEP_TIME = 100
};

/* An objection that cannot be told beforehand: the mutant is given up where it comes first. */
#define REASON_UNKNOWN ((reload_reason)-1)

/* Objects to the message as a whole, before any signature is looked at; or at the message's own
 * signature. */
void label_form(struct mutant *m, enum step step, reload_reason reason);
void label_message(struct mutant *m, enum step step, reload_reason reason);
/* Objects to a certificate of the good message that has become another: for every signature that is
 * checked with it. */
void label_certificate(struct mutant *m, uint32_t attr, reload_reason reason);
/* Finds the first objection to a mutant. Returns false where it cannot be told. */
bool label(struct mutant *m);
/* D24's word for a reason. */
const char *label_word(reload_reason reason);

/* ---- The mutations (catalogue.c) ---- */

/* Tries to make a mutant of the good message at a place that means something to the mutation;
 * false: there is none. */
typedef bool (*mutator)(struct mutant *m, uint32_t at);

/* What a mutation is tried at. */
enum places {
    AT_MESSAGE,    /* once */
    AT_FIELDS,     /* each header field */
    AT_ATTRIBUTES, /* each attribute */
    AT_SITES       /* each signature */
};

struct mutation {
    const char *name;
    const char *group;
    const char *flag; /* its kind in the output's notes */
    enum places places;
    unsigned signings; /* a bit for each way of enum signing in which it is made */
    mutator make;
    uint32_t argument;
    const char *what;
    const char *section;
    const char *reason; /* that it is for */
};

/* The i-th of them; NULL when i is past the last. */
const struct mutation *mutation_at(size_t i);
/* A flag's description; NULL for what is none. */
const char *flag_text(const char *flag);

/* ---- Output (vectors.c) ---- */

struct vectors;
/* RELOAD_ERR_MEMORY. */
struct vectors *vectors_open(struct tool *tool, const struct base *base, const char *path);
bool vectors_add(struct vectors *v, const struct mutant *m);
/* Writes what is still to be written, and frees v. */
void vectors_close(struct vectors **v, bool good);

#endif
