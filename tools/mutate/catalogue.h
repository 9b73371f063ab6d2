/* SPDX-License-Identifier: BSD-2-Clause */
/* The mutations, by group, and their common functions. */
#ifndef RELOAD_MUTATE_CATALOGUE_H
#define RELOAD_MUTATE_CATALOGUE_H

#include "mutate/mutate.h"

/* ---- The groups, a file for each. The second argument is the place, see enum places ---- */

mutator flip_field, flip_token, flip_type, flip_length, flip_value, flip_padding;
mutator length_of_header, length_up, length_down, length_zero, length_maximum;
mutator structure_drop, structure_double, structure_swap, structure_behind, structure_lift,
    structure_sink;
mutator insert_attr, insert_member, insert_appended;
mutator value_size, value_text, value_octet, value_depth;
mutator cut_message, cut_inside, cut_overhang;
mutator header_overlay, header_version, header_frag, header_dht, header_hash, header_security,
    header_response, header_source, header_boot_time;
mutator digest_size, digest_fill, digest_range, digest_sha256, digest_plain, digest_wrong_key;
mutator time_of_message, time_inside;
mutator cert_replace;

/* Arguments. insert_attr: the place of an unknown attribute in the message. */
enum insert { IN_FRONT, BEFORE_SIGNATURE, AT_THE_END };
/* insert_member: its place in a signature, or in the signature's container. */
enum member { BEFORE_DIGEST, AFTER_DIGEST, AFTER_SIGNATURE };
/* insert_appended: attributes that a hop or an attacker may append. */
enum appended { ROUTE_LOG, BROKEN_ROUTE_LOG, BROKEN_SOURCE_INFO, SECOND_SIGNATURE };
/* time_of_message, time_inside */
enum when { STALE, STALE_EDGE, FUTURE, FUTURE_EDGE, EPOCH, END_OF_TIME };
/* header_security: a value of the field, or this */
enum { SECURITY_OTHER = 0x100 };
/* cert_replace */
enum cert { CERT_TRAILING, CERT_TRUNCATED, CERT_EMPTY, CERT_OTHER };

/* The algorithm with keys of the other kind. */
const reload_suite *other_suite(const struct base *base);

/* ---- effect.c ---- */

/* An attribute's name, for comments. */
const char *attr_name(const struct mutant *m, uint32_t attr);
reload_kind attr_kind(const struct mutant *m, uint32_t attr);
bool kind_has_fixed_size(reload_kind kind);

/* An attribute can no longer be read: the mutant is malformed if the attribute counts, else
 * unaffected. */
void label_flawed(struct mutant *m, uint32_t attr);
/* An attribute has another value: records that for the signatures that depend on it. Not for a
 * value with a flaw (label_flawed), nor for a DIGEST's length. */
void label_changed(struct mutant *m, uint32_t attr, const uint8_t *value);
/* An attribute's Length runs past the end of its container. Returns false if the effect is unknown.
 */
bool label_overrun(struct mutant *m, uint32_t attr);

/* The offset of the end of an attribute's container. */
size_t container_end(const struct mutant *m, uint32_t attr);
/* Makes an unknown type by flipping a bit of another. Returns false if there is none. */
bool unknown_type(struct mutant *m, uint16_t type, uint16_t *unknown, unsigned *bit);
/* Makes an attribute of an unknown type with five octets. */
void unknown_attr(struct mutant *m, uint8_t attr[12]);

#endif
