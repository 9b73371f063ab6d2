/* SPDX-License-Identifier: BSD-2-Clause */
/* Issued certificates as text and JSON, for issue and list. */
#include "keygen/keygen.h"

#include <string.h>

const char *const certificate_statuses[] = {"good", "revoked", "expired", NULL};

enum certificate_status entry_status(const struct entry *entry, reload_time now)
{
    return entry->revoked >= 0 ? CERT_REVOKED : entry->not_after < now ? CERT_EXPIRED : CERT_GOOD;
}

void print_peer_ids(struct output *out, const struct index *index, const struct entry *entry,
                    const char *separator)
{
    const char *before = "";
    if (entry->peers == 0)
        output_text(out, "-");
    for (; entry != NULL; entry = index_next(index, entry))
        for (unsigned i = 0; i < entry->peers; i++) {
            uint8_t id[RELOAD_ID_SIZE];
            char digits[2 * RELOAD_ID_SIZE];
            if (!id_add(entry->first, i, id))
                break;
            reload_hex_encode(id, sizeof id, digits);
            output_text(out, before);
            (void)output_write(out, digits, sizeof digits);
            before = separator;
        }
}

static void print_json_peer_ids(reload_json_writer *w, const struct index *index,
                                const struct entry *entry)
{
    reload_json_key(w, "peer_ids");
    reload_json_begin_array(w);
    for (; entry != NULL; entry = index_next(index, entry))
        for (unsigned i = 0; i < entry->peers; i++) {
            uint8_t id[RELOAD_ID_SIZE];
            if (id_add(entry->first, i, id))
                reload_json_hex(w, id, sizeof id);
        }
    reload_json_end_array(w);
}

static void print_json_users(reload_json_writer *w, const struct entry *entry)
{
    reload_json_key(w, "users");
    reload_json_begin_array(w);
    for (const char *at = strcmp(entry->users, "-") == 0 ? "" : entry->users; *at != '\0';) {
        size_t len = strcspn(at, ",");
        reload_json_text(w, (const uint8_t *)at, len);
        at += len + (at[len] == ',');
    }
    reload_json_end_array(w);
}

void print_json_entry(reload_json_writer *w, const struct index *index, const struct entry *entry,
                      reload_time not_before, reload_time now)
{
    reload_json_begin_object(w);
    reload_json_key(w, "serial");
    reload_json_hex(w, entry->serial.octets, entry->serial.len);
    reload_json_key(w, "status");
    reload_json_string(w, certificate_statuses[entry_status(entry, now)]);
    print_json_users(w, entry);
    print_json_peer_ids(w, index, entry);
    reload_json_key(w, "not_before");
    if (not_before == RELOAD_NO_TIME)
        reload_json_null(w);
    else
        reload_json_seconds(w, not_before);
    reload_json_key(w, "not_after");
    reload_json_seconds(w, entry->not_after);
    if (entry->revoked >= 0) {
        reload_json_key(w, "revoked");
        reload_json_seconds(w, entry->revoked);
        reload_json_key(w, "reason");
        reload_json_string(w, revocation_reasons[entry->reason]);
    }
    reload_json_end_object(w);
}
