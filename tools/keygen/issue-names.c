/* SPDX-License-Identifier: BSD-2-Clause */
/* The names in a certificate that issue makes: users, then Peer-IDs. */
#include "base/fault.h"
#include "keygen/issue.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Whether each user stays within the CA's limit of Peer-IDs, which is also the limit of one
 * certificate. */
static bool within_limit(struct issue *s, unsigned count)
{
    unsigned limit = s->ca.index.max_peers;
    for (size_t i = 0; i < s->leaf.user_count; i++) {
        unsigned total = index_peers_of(&s->ca.index, s->leaf.users[i]) + count;
        if (total > limit) {
            tool_error(s->tool, STATUS_FAILED,
                       "%s would have %u Peer-IDs with those of expired and revoked certificates; "
                       "the CA's limit is %u (max-peers in %s/%s)",
                       s->leaf.users[i], total, limit, s->ca.dir, CA_INDEX_FILE);
            return false;
        }
    }
    if (count > limit) {
        tool_error(s->tool, STATUS_FAILED,
                   "%u Peer-IDs in a certificate; the CA's limit is %u (max-peers in %s/%s)", count,
                   limit, s->ca.dir, CA_INDEX_FILE);
        return false;
    }
    return true;
}

/* Reports Peer-IDs that were issued before. A revoked certificate cannot be renewed. */
static void report_taken(const struct issue *s, const uint8_t first[RELOAD_ID_SIZE], unsigned count)
{
    char digits[2 * RELOAD_ID_SIZE + 1] = "", serial[2 * MAX_SERIAL + 1];
    const struct entry *renewable = index_renewable(&s->ca.index, first, count);
    reload_hex_encode(first, RELOAD_ID_SIZE, digits);
    if (renewable != NULL) {
        serial_text(&renewable->serial, serial);
        tool_error(s->tool, STATUS_FAILED,
                   "Peer-ID %s or one after it was issued by this CA before; --renew=%s names it "
                   "again",
                   digits, serial);
    } else {
        tool_error(s->tool, STATUS_FAILED,
                   "Peer-ID %s or one after it was issued by this CA before, in a revoked "
                   "certificate, and is not issued again; specify another, or none to draw one",
                   digits);
    }
}

/* S§7: a block of consecutive Peer-IDs, drawn uniformly and disjoint from all issued before. */
static bool add_peers(struct issue *s, reload_rng *rng)
{
    uint8_t first[RELOAD_ID_SIZE] = {0};
    unsigned count = leaf_peers(&s->leaf);
    if ((count > 0 && !issued_all_known(&s->ca)) || !leaf_consecutive(&s->leaf) ||
        !within_limit(s, count))
        return false;
    if (s->leaf.peer_id_count > 0)
        memcpy(first, s->leaf.peer_ids[0], sizeof first);
    else if (count > 0 && !RL_FAULT("S§7: Peer-IDs are drawn") &&
             !index_draw(&s->ca.index, s->tool, rng, count, first))
        return false;
    if (count > 0 && index_taken(&s->ca.index, first, count) &&
        !RL_FAULT("S§7: no Peer-ID is issued twice")) {
        report_taken(s, first, count);
        return false;
    }
    leaf_add_peers(&s->leaf, s->ca.profile->overlay, first);
    return true;
}

/* The serial number of the certificate to renew, which is a file or the number itself. */
static bool read_renewed(struct issue *s, struct serial *serial)
{
    bool issued = false, file = access(s->renew, F_OK) == 0;
    if (!file && serial_parse(s->renew, serial))
        return true;
    if (!file && errno == ENOENT) {
        tool_error(s->tool, STATUS_FAILED,
                   "--renew: \"%s\" is neither a file nor a serial number of 1 to %d hex digits",
                   s->renew, 2 * MAX_SERIAL);
        return false;
    }
    reload_cert *cert = keygen_read_cert(s->tool, s->renew);
    bool own = cert != NULL && ca_is_own_cert(&s->ca, cert);
    bool good = cert != NULL && !own && ca_has_issued(&s->ca, cert, &issued);
    if (own)
        tool_error(s->tool, STATUS_FAILED,
                   "%s: the CA's own certificate; 'reload-keygen ca --succeed=%s --output=NEW' "
                   "replaces it and the CA's key",
                   s->renew, s->ca_dir);
    if (good && (!issued || !cert_serial(cert, serial))) {
        tool_error(s->tool, STATUS_FAILED,
                   "%s: the certificate was not issued by this CA, but by %s", s->renew,
                   reload_cert_issuer(cert));
        good = false;
    }
    reload_cert_free(&cert);
    return good;
}

/* The first line of the certificate to renew, which this CA must have issued and not revoked. */
static const struct entry *find_renewed(struct issue *s)
{
    struct serial serial;
    char from[RELOAD_TIME_SIZE];
    if (!read_renewed(s, &serial))
        return NULL;
    const struct entry *entry = index_find(&s->ca.index, &serial);
    if (entry == NULL)
        tool_error(s->tool, STATUS_FAILED,
                   "%s: %s has no such certificate; if this CA signed it, adopt enters it",
                   s->renew, s->ca_dir);
    if (entry == NULL || entry->revoked < 0 || RL_FAULT("ca: a revoked certificate is not renewed"))
        return entry;
    reload_time_text(entry->revoked / RELOAD_SECOND, from);
    tool_error(s->tool, STATUS_FAILED,
               "%s: the certificate is revoked, as of %s; without --renew, the user gets one with "
               "other Peer-IDs",
               s->renew, from);
    return NULL;
}

/* The names that the index has for the certificate to renew. */
static bool add_renewed(struct issue *s)
{
    const struct entry *entry = find_renewed(s);
    if (entry == NULL)
        return false;
    s->renewed_users = strdup(strcmp(entry->users, "-") == 0 ? "" : entry->users);
    if (s->renewed_users == NULL) {
        keygen_no_memory(s->tool);
        return false;
    }
    for (char *at = s->renewed_users; *at != '\0';) {
        size_t len = strcspn(at, ",");
        bool last = at[len] == '\0';
        at[len] = '\0';
        leaf_add_name(&s->leaf, &(reload_cert_name){.text = at});
        at += len + !last;
    }
    for (; entry != NULL; entry = index_next(&s->ca.index, entry))
        for (unsigned i = 0; i < entry->peers; i++) {
            reload_cert_name name = {.peer = true, .text = s->ca.profile->overlay};
            if (id_add(entry->first, i, name.id))
                leaf_add_name(&s->leaf, &name);
        }
    return true;
}

bool issue_names(struct issue *s, reload_rng *rng)
{
    if (s->renew != NULL)
        return add_renewed(s);
    leaf_add_users(&s->leaf);
    return add_peers(s, rng);
}
