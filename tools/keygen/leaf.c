/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate that names peers and users, for issue and self-signed. */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <string.h>

enum { LEAF_BITS = 2048 }; /* by default */

void leaf_begin(struct leaf *leaf, const char *tool)
{
    *leaf = (struct leaf){.tool = {.name = tool},
                          .peers = NOT_SPECIFIED,
                          .bits = NOT_SPECIFIED,
                          .not_before = tool_now(),
                          .not_after = TIME_NOT_SPECIFIED};
}

void leaf_user_option(struct tool *tool, const struct option_row *row, const char *text,
                      void *target)
{
    struct leaf *leaf = target;
    if (leaf->user_count == MAX_NAMES)
        tool_usage(tool, "--%s: more than %d users", row->name, MAX_NAMES);
    const char *user = leaf->users[leaf->user_count];
    keygen_user(tool, text, leaf->users[leaf->user_count]);
    for (size_t i = 0; i < leaf->user_count; i++)
        if (strcmp(leaf->users[i], user) == 0 && !RL_FAULT("names: the same user twice"))
            tool_usage(tool, "--%s: \"%s\" is specified twice", row->name, user);
    leaf->user_count++;
}

void leaf_peer_id_option(struct tool *tool, const struct option_row *row, const char *text,
                         void *target)
{
    struct leaf *leaf = target;
    if (leaf->peer_id_count == MAX_NAMES)
        tool_usage(tool, "--%s: more than %d Peer-IDs", row->name, MAX_NAMES);
    argument_octets(tool, row->name, text, leaf->peer_ids[leaf->peer_id_count++], RELOAD_ID_SIZE);
}

bool leaf_check(struct leaf *leaf, bool names)
{
    keygen_check_clock(&leaf->tool, leaf->not_before, "not-before");
    if (leaf->not_after != TIME_NOT_SPECIFIED && leaf->not_after < leaf->not_before)
        tool_usage(&leaf->tool, "--not-after is before --not-before (default: now)");
    if (names && leaf->user_count == 0 && leaf_peers(leaf) == 0)
        tool_usage(&leaf->tool, "--peers=0 requires --user: a certificate names a user or a peer");
    if (leaf->bits == NOT_SPECIFIED)
        leaf->bits = LEAF_BITS;
    keygen_check_bits(&leaf->tool, leaf->bits);
    leaf->prefix = keygen_prefix(&leaf->tool, leaf->output);
    return leaf->prefix != NULL;
}

void leaf_warn_of_expiry(const struct leaf *leaf)
{
    char end[RELOAD_TIME_SIZE];
    if (leaf->seed != NULL || leaf->not_after >= tool_now() ||
        RL_FAULT("ca: a warning of a certificate that has expired"))
        return;
    reload_time_text(leaf->not_after / RELOAD_SECOND, end);
    tool_warn(&leaf->tool, "warning: the certificate has expired already: it ends at %s", end);
}

unsigned leaf_peers(const struct leaf *leaf)
{
    return leaf->peer_id_count > 0        ? (unsigned)leaf->peer_id_count
           : leaf->peers == NOT_SPECIFIED ? 1
                                          : (unsigned)leaf->peers;
}

void leaf_add_name(struct leaf *leaf, const reload_cert_name *name)
{
    if (leaf->name_count < sizeof leaf->names / sizeof leaf->names[0])
        leaf->names[leaf->name_count++] = *name;
}

void leaf_add_users(struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->user_count; i++)
        leaf_add_name(leaf, &(reload_cert_name){.text = leaf->users[i]});
}

bool leaf_consecutive(struct leaf *leaf)
{
    char found[2 * RELOAD_ID_SIZE + 1] = "", expected[2 * RELOAD_ID_SIZE + 1] = "",
                                    before[2 * RELOAD_ID_SIZE + 1] = "";
    for (size_t i = 1; i < leaf->peer_id_count; i++) {
        uint8_t next[RELOAD_ID_SIZE];
        bool last = !id_add(leaf->peer_ids[i - 1], 1, next);
        if (!last && memcmp(leaf->peer_ids[i], next, sizeof next) == 0)
            continue;
        reload_hex_encode(leaf->peer_ids[i], RELOAD_ID_SIZE, found);
        reload_hex_encode(leaf->peer_ids[i - 1], RELOAD_ID_SIZE, before);
        reload_hex_encode(next, RELOAD_ID_SIZE, expected);
        if (last)
            tool_error(&leaf->tool, STATUS_FAILED,
                       "the Peer-IDs given are not consecutive: none follows %s, the last Peer-ID",
                       before);
        else
            tool_error(&leaf->tool, STATUS_FAILED,
                       "the Peer-IDs given are not consecutive "
                       "(draft-lowekamp-p2psip-reload-security-01, section 7): %s follows %s, "
                       "expected %s",
                       found, before, expected);
        return false;
    }
    return true;
}

void leaf_add_peers(struct leaf *leaf, const char *overlay, const uint8_t first[RELOAD_ID_SIZE])
{
    unsigned count = leaf_peers(leaf);
    for (unsigned i = 0; i < count; i++) {
        reload_cert_name name = {.peer = true, .text = overlay};
        if (id_add(first, i, name.id))
            leaf_add_name(leaf, &name);
    }
}

/* The subject, unless an option has set it: the first name that is short enough. */
static bool leaf_subject(struct leaf *leaf)
{
    reload_diag diag = {0};
    if (leaf->name_count == 0 && leaf->subject[0] == '\0')
        return keygen_subject("RELOAD peer", leaf->subject, &diag);
    for (size_t i = 0; leaf->subject[0] == '\0' && i < leaf->name_count; i++) {
        char digits[2 * RELOAD_ID_SIZE + 1] = "";
        reload_hex_encode(leaf->names[i].id, RELOAD_ID_SIZE, digits);
        (void)keygen_subject(leaf->names[i].peer ? digits : leaf->names[i].text, leaf->subject,
                             &diag);
    }
    if (leaf->subject[0] == '\0')
        tool_error(&leaf->tool, STATUS_FAILED, "no user is short enough for the subject: %s",
                   diag.text);
    return leaf->subject[0] != '\0';
}

bool leaf_certify(struct leaf *leaf, const uint8_t serial[SERIAL_SIZE], const reload_key *key,
                  const reload_request *request, const reload_cert *issuer, reload_key *issuer_key,
                  reload_buf *pem)
{
    reload_diag diag = {0};
    reload_cert_spec spec = {.size = sizeof spec,
                             .subject = leaf->subject,
                             .names = leaf->names,
                             .count = leaf->name_count,
                             .serial = serial,
                             .serial_len = SERIAL_SIZE,
                             .not_before = leaf->not_before,
                             .not_after = leaf->not_after};
    if (!leaf_subject(leaf))
        return false;
    reload_err err = reload_cert_issue(&spec, key, request, issuer, issuer_key, pem, &diag);
    if (err != RELOAD_OK)
        tool_error(&leaf->tool, STATUS_FAILED, "cannot make a certificate: %s", diag.text);
    return err == RELOAD_OK;
}
