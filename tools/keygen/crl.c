/* SPDX-License-Identifier: BSD-2-Clause */
/* A CA's CRL: the union of the revocations in the index and the last CRL, so that neither a lost
 * index nor a restored one un-revokes a certificate. */
#include "base/fault.h"
#include "common/policy.h"
#include "keygen/keygen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Taking over the entries of a CRL ---- */

static void warn_of_number(struct ca *ca, const char *path, const reload_crl_number *number)
{
    char before[RELOAD_CRL_NUMBER_SIZE], after[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number_text(&ca->index.crl_number, before);
    reload_crl_number_text(number, after);
    if (path != NULL)
        tool_warn(ca->tool,
                  "warning: %s: its CRL number is %s, more than the index's %s, and is continued",
                  path, after, before);
}

/* Records an entry for a certificate that the index lacks. */
static bool merge_foreign(struct ca *ca, const struct foreign *foreign, const char *path)
{
    char serial[2 * MAX_SERIAL + 1];
    if (index_find_foreign(&ca->index, &foreign->serial) != NULL)
        return true;
    serial_text(&foreign->serial, serial);
    if (path != NULL)
        tool_warn(ca->tool,
                  "warning: %s: lists certificate %s, which the index lacks; it stays revoked",
                  path, serial);
    ca->index.taken_over++;
    return index_add_foreign(&ca->index, ca->tool, foreign);
}

/* Records a reason that outweighs the index's. */
static void merge_reason(struct ca *ca, struct entry *entry, unsigned reason)
{
    bool replaces = reason_replaces(entry->reason, reason);
    for (; replaces && entry != NULL; entry = index_next(&ca->index, entry))
        entry->reason = reason;
}

/* Revokes an entry of the index, and the other lines of the same certificate. */
static void merge_entry(struct ca *ca, struct entry *entry, const struct foreign *listed,
                        const char *path)
{
    char serial[2 * MAX_SERIAL + 1], from[RELOAD_TIME_SIZE];
    if (entry->revoked >= 0 && entry->revoked <= listed->revoked) {
        merge_reason(ca, entry, listed->reason);
        return;
    }
    serial_text(&entry->serial, serial);
    reload_time_text(listed->revoked / RELOAD_SECOND, from);
    if (path != NULL)
        tool_warn(ca->tool,
                  "warning: %s: revokes certificate %s (%s) as of %s, but the index does not; it "
                  "stays revoked",
                  path, serial, entry->users, from);
    ca->index.taken_over++;
    for (; entry != NULL; entry = index_next(&ca->index, entry)) {
        entry->revoked = listed->revoked;
        entry->reason = listed->reason;
    }
}

/* Entries for certificates that the index lacks cause a warning only if the CRL is newer than the
 * index. Otherwise they were reported before. */
bool crl_merge(struct ca *ca, const reload_crl *crl, const char *path)
{
    const reload_revocation *listed;
    bool newer = reload_crl_number_compare(reload_crl_number_of(crl), &ca->index.crl_number) > 0;
    if (newer && !RL_FAULT("crl: its number exceeds that of the CRL that it replaces")) {
        warn_of_number(ca, path, reload_crl_number_of(crl));
        ca->index.crl_number = *reload_crl_number_of(crl);
    }
    if (RL_FAULT("crl: what the last CRL lists stays revoked"))
        return true;
    for (size_t i = 0; (listed = reload_crl_entry_at(crl, i)) != NULL; i++) {
        struct foreign foreign = {.revoked = listed->time < 0 ? 0 : listed->time,
                                  .reason = listed->reason > 10 ? 0 : listed->reason};
        if (listed->serial_len > MAX_SERIAL)
            continue;
        foreign.serial.len = listed->serial_len;
        memcpy(foreign.serial.octets, listed->serial, listed->serial_len);
        struct entry *entry = index_find(&ca->index, &foreign.serial);
        if (entry != NULL)
            merge_entry(ca, entry, &foreign, path);
        else if (!merge_foreign(ca, &foreign, newer ? path : NULL))
            return false;
    }
    return true;
}

/* Reads the CA's CRL at a path; *crl is NULL without a CRL of this CA. must: an existing file has
 * to be such a CRL. Returns false after reporting an error. */
static bool read_crl(struct ca *ca, const char *path, bool must, reload_crl **crl)
{
    struct stat st;
    reload_buf octets = {0};
    reload_diag diag = {0};
    *crl = NULL;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (!must && access(path, R_OK) != 0))
        return true;
    bool good = file_read(ca->tool, path, &kind_crls, &octets);
    reload_err err =
        good ? reload_crl_read(octets.octets, octets.len, ca->cert, crl, &diag) : RELOAD_OK;
    reload_buf_free(&octets);
    if (good && must && *crl == NULL)
        tool_error(
            ca->tool, STATUS_FAILED,
            "%s: not a CRL of this CA, so its revocations are unknown; restore it, or remove "
            "it if the index lists every revocation",
            path);
    else if (err != RELOAD_OK && err != RELOAD_ERR_SYNTAX)
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", path, diag.text);
    return good && (must ? *crl != NULL : err == RELOAD_OK || err == RELOAD_ERR_SYNTAX);
}

bool crl_take_over_file(struct ca *ca, const char *path, bool must)
{
    reload_crl *crl;
    bool good = read_crl(ca, path, must, &crl);
    if (good && crl != NULL && must)
        ca->crl_number = *reload_crl_number_of(crl);
    if (crl != NULL)
        good = good && crl_merge(ca, crl, path);
    reload_crl_free(&crl);
    return good;
}

bool crl_read_last(struct ca *ca, const char *cert_path, const char *path, reload_crl **crl)
{
    if (!keygen_read_crl(ca->tool, path, ca->cert, crl))
        return false;
    if (*crl != NULL || RL_FAULT("ca: only the CA's CRL is continued"))
        return true;
    tool_error(ca->tool, STATUS_FAILED, "%s: not signed by the CA in %s", path, cert_path);
    return false;
}

bool crl_is_behind(const struct ca *ca)
{
    return reload_crl_number_compare(&ca->crl_number, &ca->index.crl_number) < 0 &&
           !RL_FAULT("ca: a CRL older than the index is noticed");
}

/* Reports a CRL that an interrupted call did not write, or that an older one has replaced. */
static bool refuse_behind(const struct ca *ca, const char *path)
{
    char own[RELOAD_CRL_NUMBER_SIZE], expected[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number_text(&ca->crl_number, own);
    reload_crl_number_text(&ca->index.crl_number, expected);
    tool_error(ca->tool, STATUS_FAILED,
               "%s: not written: the CRL in %s has number %s, expected %s, that of the index; "
               "'reload-keygen crl --ca=%s --output=/dev/null' renews it",
               path, ca->dir, own, expected, ca->dir);
    return false;
}

/* `crl --output` would write the union of both. */
bool crl_may_replace(struct ca *ca, const char *path)
{
    if (crl_is_behind(ca))
        return refuse_behind(ca, path);
    char own[RELOAD_CRL_NUMBER_SIZE], expected[RELOAD_CRL_NUMBER_SIZE];
    reload_crl *crl;
    size_t before = ca->index.taken_over;
    bool good = read_crl(ca, path, false, &crl) && (crl == NULL || crl_merge(ca, crl, NULL));
    bool newer = reload_crl_number_compare(&ca->index.crl_number, &ca->crl_number) > 0;
    reload_crl_free(&crl);
    if (!good || (!newer && ca->index.taken_over == before) ||
        RL_FAULT("ca: export replaces no CRL by an older one"))
        return good;
    size_t lacks = ca->index.taken_over - before;
    reload_crl_number_text(&ca->crl_number, own);
    reload_crl_number_text(&ca->index.crl_number, expected);
    tool_error(ca->tool, STATUS_FAILED,
               "%s: not written: the CRL in %s has number %s, expected at least %s, and lacks %zu "
               "revocation%s; 'reload-keygen crl --ca=%s --output=%s' continues both",
               path, ca->dir, own, expected, lacks, lacks == 1 ? "" : "s", ca->dir, path);
    return false;
}

bool crl_take_over(struct ca *ca)
{
    char *own = ca_path(ca, CA_CRL_FILE);
    bool good = own != NULL && crl_take_over_file(ca, own, true);
    for (size_t i = 0; good && ca->profile->crl[i] != NULL; i++)
        if (!ca_is_own_crl(ca, ca->profile->crl[i]))
            good = crl_take_over_file(ca, ca->profile->crl[i], false);
    free(own);
    return good;
}

/* ---- Making it ---- */

/* Every revoked certificate once; NULL without memory. */
static reload_revocation *list_revoked(const struct index *index, size_t *count)
{
    reload_revocation *list = calloc(index->count + index->foreign_count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list != NULL && i < index->count; i++) {
        const struct entry *e = &index->entries[i];
        if (e->revoked >= 0 && index_is_first(index, e))
            list[(*count)++] = (reload_revocation){.serial = e->serial.octets,
                                                   .serial_len = e->serial.len,
                                                   .time = e->revoked,
                                                   .reason = e->reason};
    }
    for (size_t i = 0; list != NULL && i < index->foreign_count; i++) {
        const struct foreign *f = &index->foreign[i];
        if (index_find(index, &f->serial) == NULL)
            list[(*count)++] = (reload_revocation){.serial = f->serial.octets,
                                                   .serial_len = f->serial.len,
                                                   .time = f->revoked,
                                                   .reason = f->reason};
    }
    return list;
}

struct crl_dates crl_dates_at(reload_time time)
{
    enum { DAYS = 90 };
    struct crl_dates dates = {time, time + DAYS * KEYGEN_DAY};
    if (dates.next_update > KEYGEN_MAX_TIME)
        dates.next_update = KEYGEN_MAX_TIME;
    return dates;
}

struct crl_dates crl_dates_now(reload_time otherwise)
{
    reload_time now = tool_now();
    return crl_dates_at(now < KEYGEN_MIN_TIME || now > KEYGEN_MAX_TIME ? otherwise : now);
}

/* Gives the index the next number, and makes the CRL with it. */
static bool make_crl(struct ca *ca, const struct crl_dates *dates, reload_buf *pem)
{
    reload_diag diag = {0};
    reload_crl_spec spec = {
        .size = sizeof spec, .this_update = dates->this_update, .next_update = dates->next_update};
    if (!reload_crl_number_next(&ca->index.crl_number)) {
        tool_error(ca->tool, STATUS_FAILED,
                   "%s: the CRL number is the largest that 20 octets can hold; a new CA is "
                   "required",
                   ca->dir);
        return false;
    }
    spec.number = ca->index.crl_number;
    reload_revocation *list = list_revoked(&ca->index, &spec.count);
    spec.entries = list;
    bool good = list != NULL && reload_crl_issue(&spec, ca->cert, ca->key, pem, &diag) == RELOAD_OK;
    if (list == NULL)
        keygen_no_memory(ca->tool);
    else if (!good)
        tool_error(ca->tool, STATUS_FAILED, "%s", diag.text);
    free(list);
    return good;
}

/* The profile with the CRL of the directory. */
static bool crl_make_profile(struct ca *ca, const char *path, reload_buf *text)
{
    reload_profile *profile = NULL;
    size_t count = 0;
    bool good = profile_read_as_written(ca->tool, path, &profile);
    while (good && profile->crl[count] != NULL)
        count++;
    if (good && count == RELOAD_MAX_FILES) {
        tool_error(ca->tool, STATUS_FAILED, "%s: lists %zu CRLs, so overlay.crl cannot be added",
                   path, count);
        good = false;
    }
    if (good) {
        profile->crl[count] = strdup(CA_CRL_FILE);
        good = profile_text(ca->tool, profile->crl[count] == NULL ? NULL : profile, text);
    }
    reload_profile_free(&profile);
    return good;
}

/* Outputs, in the order of their publication after the index. */
enum { OUT_CRL, OUT_PROFILE, OUT_COPY, OUTS };

struct renewal {
    struct output outs[OUTS];
    const reload_buf *texts[OUTS]; /* NULL: not written */
    const char *paths[OUTS];
};

/* Writes the index and then the other outputs, if all can be prepared. */
static bool write_renewal(struct ca *ca, struct renewal *r)
{
    size_t prepared = 0;
    bool good = true;
    for (; good && prepared < OUTS; prepared += good)
        good = r->texts[prepared] == NULL ||
               keygen_prepare(&r->outs[prepared], ca->tool, r->paths[prepared], r->texts[prepared],
                              prepared == OUT_COPY ? 0u : OUTPUT_STATE);
    good = good && index_write(&ca->index, ca);
    for (size_t i = 0; i < prepared; i++) {
        if (r->texts[i] != NULL && good)
            good = keygen_publish(&r->outs[i], r->texts[i]);
        else if (r->texts[i] != NULL)
            output_discard(&r->outs[i]);
    }
    return good;
}

bool crl_renew_own(struct ca *ca, const struct crl_dates *dates, const char *copy)
{
    reload_buf pem = {0}, profile = {0};
    char *path = ca_path(ca, CA_CRL_FILE), *profile_path = ca_path(ca, CA_PROFILE_FILE);
    bool add = ca->profile != NULL && !ca_lists_crl(ca);
    bool good = path != NULL && profile_path != NULL && make_crl(ca, dates, &pem) &&
                (!add || crl_make_profile(ca, profile_path, &profile));
    if (good) {
        struct renewal r = {.texts = {&pem, add ? &profile : NULL, copy != NULL ? &pem : NULL},
                            .paths = {path, profile_path, copy}};
        good = write_renewal(ca, &r);
    }
    if (good && add)
        tool_warn(ca->tool, "warning: %s: now lists overlay.crl, because verifiers require it",
                  profile_path);
    reload_buf_free(&pem);
    reload_buf_free(&profile);
    free(path);
    free(profile_path);
    return good;
}

/* ---- The predecessors of a CA ---- */

/* Revokes in a predecessor's index the certificates that are revoked in the successor's. */
static bool copy_revoked(struct ca *old, const struct index *from)
{
    size_t count;
    bool good = true;
    reload_revocation *list = list_revoked(from, &count);
    if (list == NULL)
        keygen_no_memory(old->tool);
    for (size_t i = 0; list != NULL && good && i < count; i++) {
        struct foreign listed = {.revoked = list[i].time, .reason = list[i].reason};
        listed.serial.len = list[i].serial_len;
        memcpy(listed.serial.octets, list[i].serial, list[i].serial_len);
        struct entry *entry = index_find(&old->index, &listed.serial);
        if (entry != NULL)
            merge_entry(old, entry, &listed, NULL);
        else
            good = merge_foreign(old, &listed, NULL);
    }
    good = good && list != NULL;
    free(list);
    return good;
}

/* Programs that do not support key roll-over, such as openssl, require a CRL by the old key for
 * certificates that it signed. That CRL is renewed as long as the old key can be read. */
static bool renew_old(struct ca *ca, const struct crl_dates *dates)
{
    struct ca old;
    const char *dir = ca->index.succeeds;
    char *key = dir == NULL ? NULL : keygen_file(ca->tool, dir, CA_KEY_FILE);
    bool readable = key != NULL && access(key, R_OK) == 0, good = dir == NULL || key != NULL;
    free(key);
    if (dir == NULL || !good)
        return good;
    if (!readable) {
        tool_warn(ca->tool, "warning: %s: its key cannot be read, so its CRL is not renewed%s", dir,
                  access(dir, F_OK) == 0
                      ? ""
                      : "; if the directory was moved, write its new path into the "
                        "index's line \"# succeeds\"");
        return true;
    }
    if (!ca_open(&old, ca->tool, dir, ca->passphrase_file,
                 CA_READ_KEY | CA_ALLOW_SUCCEEDED | CA_ANY_PASSPHRASE))
        return false;
    good = copy_revoked(&old, &ca->index) && crl_renew(&old, dates, NULL);
    ca_close(&old);
    return good;
}

bool crl_renew(struct ca *ca, const struct crl_dates *dates, const char *copy)
{
    return crl_renew_own(ca, dates, copy) && renew_old(ca, dates);
}
