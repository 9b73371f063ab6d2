/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign --mutate: makes bad messages from a good one (and unusual ones that stay good), each
 * with the verdict of a correct verifier.
 *
 * Nothing here calls the library's verifier: a mutation notes what it changes, and label.c applies
 * D24 to that, so that the two check each other. The octets that signatures cover (D1, D2, D8) are
 * computed independently for the same reason.
 *
 *   base.c       the good message: its signatures, and whether it is valid
 *   edit.c       changing a copy of it, and signing it again
 *   label.c      from the changes to verdict, reason and response code
 *   catalogue.c  the table of mutations; a file for each group: flip.c, length.c, …
 *   effect.c     what changing an attribute means for the label
 *   vectors.c    the output
 *   mutate.c     which mutations, in which order
 */
#ifndef RELOAD_MUTATE_H
#define RELOAD_MUTATE_H

#include "common/tool.h"

/* ---- Options ---- */

struct mutate_options {
    const char *list;    /* "all", or names and groups with commas between */
    const char *seed;    /* hex digits */
    const char *dir;     /* directory for a file of each message; NULL: one JSON document */
    const char *overlay; /* the overlay's name in the verifier's policy; NULL: none */
    bool skew_limit;
    int64_t max_skew;
    int64_t time; /* of checking: the TIMESTAMP of what was signed */
    const reload_suite *suite;
    unsigned json_flags; /* RELOAD_PRETTY */
};

/* Ends the program if the list names an unknown mutation, or the seed cannot be used. */
void mutate_check_options(const struct tool *tool, const struct mutate_options *options);
/* The Transaction ID for a request that has none, which follows from the seed. */
reload_err mutate_transaction_id(const struct mutate_options *options,
                                 uint8_t id[RELOAD_TRANSACTION_SIZE]);
/* Writes the catalogue for people. */
void mutate_help(struct output *out);
/* Makes the mutants of a message that signer has signed, and writes them: to path (NULL: standard
 * output), or to files in options' directory. file: the message's file, for errors. */
void mutate(struct tool *tool, const struct mutate_options *options, reload_signer *signer,
            const uint8_t *octets, size_t len, const char *file, const char *path);

/* ---- The good message (base.c) ---- */

/* The role of a signature, in the order in which D24 checks them. */
enum role { ROLE_MESSAGE = 1, ROLE_SOURCE, ROLE_REDIRECT, ROLE_BODY_PEER, ROLE_BODY };

/* A signature with an effect. Attributes are indices into the good message, or RELOAD_NO_ATTR. */
struct site {
    enum role role;
    uint32_t attr;
    uint32_t container; /* the PEER-INFO or BODY; RELOAD_NO_ATTR for the message's */
    uint32_t timestamp, digest, expiration;
    uint32_t info; /* the PEER-INFO whose certificate it is checked with; not for a BODY's */
    size_t size;   /* octets of its DIGEST */
    bool ours;     /* the signer can make it again */
};

struct base {
    const struct mutate_options *options;
    reload_signer *signer;
    reload_signer *other; /* with another secret or key; made when first needed */
    bool certs;           /* under a public key */
    const uint8_t *octets;
    size_t len;
    reload_msg *msg;
    uint32_t count;     /* of attributes */
    uint32_t signature; /* the message's */
    struct site *sites; /* the first is the message's */
    size_t site_count;
    reload_buf seed;
};

/* Reads a good message. RELOAD_ERR_REFUSED: it is not valid, or its mutants cannot be labelled. */
reload_err base_open(struct base *base, const struct mutate_options *options, reload_signer *signer,
                     const uint8_t *octets, size_t len, reload_diag *diag);
void base_close(struct base *base);
/* Decodes the seed's hex digits. */
reload_err base_seed(struct base *base, const char *seed);

const reload_attr *base_attr(const struct base *base, uint32_t attr);
/* The size of an attribute with its padding, and the offset of its end. */
size_t base_size(const struct base *base, uint32_t attr);
size_t base_end(const struct base *base, uint32_t attr);
/* Whether the message's SIGNATURE covers or contains the attribute; and whether the attribute is
 * also in place, so that D24 checks it. */
bool base_covered(const struct base *base, uint32_t attr);
bool base_counts(const struct base *base, uint32_t attr);
/* The octets of its value. */
const uint8_t *base_value(const struct base *base, uint32_t attr, size_t *len);
/* D21's certificate BODY: one CERTIFICATE and no other member. */
bool base_is_certificate_body(const struct base *base, uint32_t body);
/* A source of random octets for one purpose: the same for the same seed and purpose. */
reload_err base_rng(const struct base *base, const char *purpose, reload_rng **rng);

/* ---- A mutant (edit.c) ---- */

/* The signatures that were made again after the mutation. */
enum signing { SIGN_NOTHING, SIGN_MESSAGE, SIGN_ALL, SIGNINGS };

/* The state of a signature in the mutant. */
struct state {
    bool broken;        /* its digest does not match the octets that it covers */
    bool misplaced;     /* D9 */
    size_t size;        /* of its DIGEST */
    int64_t stamp;      /* its TIMESTAMP; -1: none */
    int64_t expiration; /* its container's; -1: none */
    bool other_id;      /* the PEER-ID of its certificate was changed */
};

struct mutation;

struct mutant {
    struct base *base;
    const struct mutation *mutation;
    enum signing signing;
    char place[256]; /* a JSON Pointer; empty: the message */
    char comment[512];
    bool trailing; /* octets follow the message's end */
    reload_buf octets;
    uint32_t *at;         /* the offset of each attribute of the good message */
    bool *gone;           /* the attributes that no longer have an effect in their place */
    bool *altered;        /* the certificates and KEYs that have another value */
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
/* Sets the comment, which describes the change. */
__attribute__((format(printf, 2, 3))) void mutant_comment(struct mutant *m, const char *format,
                                                          ...);

/* Random numbers from 0 to below - 1. */
uint32_t mutant_random(struct mutant *m, uint32_t below);

/* Each returns false if the change is impossible (a Length becomes too large); the mutant is then
 * dropped. Offsets are in the good message. */
bool mutant_write(struct mutant *m, size_t offset, const void *octets, size_t len);
bool mutant_insert(struct mutant *m, uint32_t parent, size_t offset, const void *octets,
                   size_t len);
bool mutant_remove(struct mutant *m, uint32_t attr);
/* Moves an attribute to an offset in another container, or in its own. */
bool mutant_move(struct mutant *m, uint32_t attr, uint32_t parent, size_t offset);
/* Puts another value into an attribute without members. */
bool mutant_set(struct mutant *m, uint32_t attr, const void *octets, size_t len);
/* Notes that an attribute and its members no longer have an effect. */
void mutant_forget(struct mutant *m, uint32_t attr);
/* The octet of the mutant at an offset of the good message. */
uint8_t *mutant_octets(struct mutant *m, size_t offset);

/* The octets that a signature covers: correct, or as edit.c's diagram shows. */
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
/* Whether a signature can be made again: it is complete, and the key is ours. */
bool mutant_can_sign(const struct mutant *m, size_t site);
/* Makes it again. */
bool mutant_sign(struct mutant *m, size_t site);
/* Makes the broken signatures of m->signing again. Returns false if none was broken: the mutant
 * then equals the one with fewer signatures made again. */
bool mutant_resign(struct mutant *m);

/* ---- Labels (label.c) ---- */

/* D24's steps, in the order of objections. */
enum step {
    STEP_HEADER = 10, /* 1: no header, or truncated */
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

/* An objection that cannot be predicted: if it comes first, the mutant is dropped. */
#define REASON_UNKNOWN ((reload_reason)-1)

/* Objects to the message as a whole, before any signature; or to the message's own signature. */
void label_form(struct mutant *m, enum step step, reload_reason reason);
void label_message(struct mutant *m, enum step step, reload_reason reason);
/* Objects to a changed certificate of the good message: for every signature checked with it. */
void label_certificate(struct mutant *m, uint32_t attr, reload_reason reason);
/* Finds the first objection to a mutant. Returns false if it cannot be predicted. */
bool label(struct mutant *m);
/* D24's word for a reason. */
const char *label_word(reload_reason reason);

/* ---- The mutations (catalogue.c) ---- */

/* Makes a mutant of the good message at a place, whose meaning depends on enum places. Returns
 * false if the mutation does not apply there. */
typedef bool mutator(struct mutant *m, uint32_t at);

/* The places at which a mutation is tried. */
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
    mutator *make;
    uint32_t argument;
    const char *what;
    const char *section;
    const char *reason; /* the expected one */
};

/* The i-th mutation, or NULL after the last. */
const struct mutation *mutation_at(size_t i);
/* A flag's description, or NULL. */
const char *flag_text(const char *flag);

/* ---- Output (vectors.c) ---- */

struct vectors;
/* RELOAD_ERR_MEMORY. */
struct vectors *vectors_open(struct tool *tool, const struct base *base, const char *path);
bool vectors_add(struct vectors *v, const struct mutant *m);
/* Writes the document or index if good, and frees v. */
void vectors_close(struct vectors **v, bool good);

#endif
