/* What issue and self-signed share: a certificate that names peers and users. */
#include "keygen/keygen.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void leaf_begin(struct leaf *leaf, const char *tool)
{
    *leaf = (struct leaf){.tool = {.name = tool},
                          .peers = -1,
                          .bits = 2048,
                          .not_before = (int64_t)time(NULL),
                          .not_after = -1};
}

void leaf_option(struct leaf *leaf, int id, char *argument)
{
    struct tool *tool = &leaf->tool;
    switch (id) {
    case 'o':
        leaf->prefix = argument;
        break;
    case LEAF_USER:
        if (leaf->user_count == MAX_NAMES)
            tool_usage(tool, "--user: more than %d users", MAX_NAMES);
        keygen_user(tool, argument, leaf->users[leaf->user_count++]);
        break;
    case LEAF_PEERS:
        leaf->peers = (int)tool_number(tool, "--peers", argument, 0, MAX_NAMES);
        break;
    case LEAF_PEER_ID:
        if (leaf->peer_id_count == MAX_NAMES)
            tool_usage(tool, "--peer-id: more than %d Peer-IDs", MAX_NAMES);
        tool_hex(tool, "--peer-id", argument, leaf->peer_ids[leaf->peer_id_count++],
                 RELOAD_ID_SIZE);
        break;
    case LEAF_BITS:
        leaf->bits = (unsigned)tool_number(tool, "--bits", argument, 1024, 8192);
        leaf->bits_told = true;
        break;
    case LEAF_NOT_BEFORE:
        leaf->not_before = keygen_time(tool, "--not-before", argument);
        break;
    case LEAF_NOT_AFTER:
        leaf->not_after = keygen_time(tool, "--not-after", argument);
        break;
    case LEAF_FORCE:
        leaf->force = true;
        break;
    case LEAF_SEED:
        leaf->seed = argument;
        break;
    case 'q':
        tool->quiet = true;
        break;
    default:
        break;
    }
}

void leaf_check(const struct leaf *leaf, bool names)
{
    if (leaf->peers >= 0 && leaf->peer_id_count > 0)
        tool_usage(&leaf->tool, "--peers and --peer-id exclude each other");
    if (leaf->not_after >= 0 && leaf->not_after < leaf->not_before)
        tool_usage(&leaf->tool, "--not-after lies before --not-before");
    if (names && leaf->user_count == 0 && leaf_peers(leaf) == 0)
        tool_usage(&leaf->tool,
                   "a certificate that names neither a user nor a Peer-ID is good for nothing");
    keygen_check_bits(&leaf->tool, leaf->bits);
}

unsigned leaf_peers(const struct leaf *leaf)
{
    return leaf->peer_id_count > 0 ? (unsigned)leaf->peer_id_count
           : leaf->peers < 0       ? 1
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

bool leaf_add_peers(struct leaf *leaf, const char *overlay, const uint8_t first[RELOAD_ID_SIZE])
{
    unsigned count = leaf_peers(leaf);
    for (unsigned i = 0; i < count; i++) {
        reload_cert_name name = {.peer = true, .text = overlay};
        if (!id_add(first, i, name.id) ||
            (leaf->peer_id_count > 0 && memcmp(name.id, leaf->peer_ids[i], RELOAD_ID_SIZE) != 0)) {
            tool_error(&leaf->tool, STATUS_FAILED,
                       "the Peer-IDs given are not consecutive "
                       "(draft-lowekamp-p2psip-reload-security-01, section 7)");
            return false;
        }
        leaf_add_name(leaf, &name);
    }
    return true;
}

static void subject_of(const struct leaf *leaf, char *subject, size_t size)
{
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    const reload_cert_name *first = &leaf->names[0];
    if (first->peer)
        reload_hex_encode(first->id, RELOAD_ID_SIZE, digits);
    keygen_subject(subject, size,
                   leaf->subject != NULL ? leaf->subject
                   : first->peer         ? digits
                                         : first->text,
                   "RELOAD user");
}

bool leaf_certify(struct leaf *leaf, const uint8_t serial[SERIAL_SIZE], reload_key *key,
                  const reload_request *request, const reload_cert *issuer, reload_key *issuer_key,
                  reload_buf *pem)
{
    char subject[128];
    reload_diag diag = {0};
    reload_cert_spec spec = {.size = sizeof spec,
                             .subject = subject,
                             .names = leaf->names,
                             .count = leaf->name_count,
                             .serial = serial,
                             .serial_len = SERIAL_SIZE,
                             .not_before = leaf->not_before * RELOAD_SECOND,
                             .not_after = leaf->not_after * RELOAD_SECOND};
    subject_of(leaf, subject, sizeof subject);
    reload_err err = reload_cert_issue(&spec, key, request, issuer, issuer_key, pem, &diag);
    if (err != RELOAD_OK)
        tool_error(&leaf->tool, STATUS_FAILED, "no certificate could be made: %s", diag.text);
    return err == RELOAD_OK;
}
