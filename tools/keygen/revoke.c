/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen revoke */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_REVOKED = 1024 };

struct revoke {
    struct tool tool;
    const char *dir, *passphrase_file;
    const char *serials[MAX_REVOKED], *users[MAX_REVOKED];
    size_t serial_count, user_count;
    char **certs; /* files; ends with NULL */
    reload_time time;
    int reason; /* or NO_REASON */
    struct ca ca;
    struct entry **chosen; /* the first line of each certificate */
    size_t chosen_count;
    bool *is_chosen; /* of each line of the index */
    bool changed;
};
enum { NO_REASON = -1 };

static void add_text(struct tool *tool, const struct option_row *row, const char *text,
                     const char **list, size_t *count)
{
    if (*count == MAX_REVOKED)
        tool_usage(tool, "--%s: more than %d", row->name, MAX_REVOKED);
    list[(*count)++] = text;
}

static void serial_option(struct tool *tool, const struct option_row *row, const char *text,
                          void *target)
{
    struct revoke *r = target;
    struct serial serial;
    if (!serial_parse(text, &serial) && !RL_FAULT("ca: a serial number has hex digits"))
        tool_usage(tool, "--%s: \"%s\" is not a serial number, expected 1 to %d hex digits",
                   row->name, text, 2 * MAX_SERIAL);
    add_text(tool, row, text, r->serials, &r->serial_count);
}

static void user_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    struct revoke *r = target;
    char user[MAX_USER + 1];
    keygen_user(tool, text, user); /* ends the program before any file is opened */
    add_text(tool, row, text, r->users, &r->user_count);
}

static void reason_option(struct tool *tool, const struct option_row *row, const char *text,
                          void *target)
{
    static const char *const words[] = {"unspecified",     "keyCompromise",
                                        "cACompromise",    "affiliationChanged",
                                        "superseded",      "cessationOfOperation",
                                        "certificateHold", "privilegeWithdrawn",
                                        "aACompromise",    NULL};
    struct revoke *r = target;
    const char *word = words[argument_word(tool, row->name, text, words)];
    for (r->reason = 0; strcmp(revocation_reasons[r->reason], word) != 0;)
        r->reason++;
}

static const struct option_row revoke_rows[] = {
    KEYGEN_CA(struct revoke, dir),
    OPTION_CALL(0, "serial", "HEX", serial_option,
                "revoke the certificate with this serial number, as openssl, the index and "
                "reload-dump print it; may be repeated"),
    OPTION_CALL(0, "user", "AOR", user_option,
                "revoke every certificate that names this address of record; may be repeated"),
    OPTION_CALL(0, "reason", "WORD", reason_option,
                "record a reason of RFC 5280, such as keyCompromise or superseded"),
    KEYGEN_TIME("time", struct revoke, time, "revoke as of TIME (default: now)"),
    KEYGEN_CA_PASSPHRASE(struct revoke, passphrase_file),
    KEYGEN_QUIET_RESULT("revoked"),
    OPTION_END,
};

static const struct command_line revoke_line = {
    "reload-keygen revoke --ca=DIR (--serial=HEX | --user=AOR | CERT)... [options]",
    "Revokes certificates, and renews the CA's CRL, which lists them.",
    revoke_rows,
    false,
    "ca",
    NULL};

/* ---- Which certificates ---- */

/* Adds a certificate, once. */
static void choose_entry(struct revoke *r, struct entry *entry)
{
    bool *is_chosen = &r->is_chosen[entry - r->ca.index.entries];
    if (!*is_chosen)
        r->chosen[r->chosen_count++] = entry;
    *is_chosen = true;
}

static bool choose_serial(struct revoke *r, const char *text)
{
    struct serial serial;
    struct entry *entry = serial_parse(text, &serial) ? index_find(&r->ca.index, &serial) : NULL;
    if (entry != NULL)
        choose_entry(r, entry);
    else
        tool_error(&r->tool, STATUS_FAILED,
                   "%s: no certificate with serial number %s; if there is one, adopt enters it",
                   r->dir, text);
    return entry != NULL;
}

static bool choose_user(struct revoke *r, const char *text)
{
    char user[MAX_USER + 1];
    bool found = false;
    keygen_user(&r->tool, text, user);
    for (size_t i = 0; i < r->ca.index.count; i++) {
        struct entry *entry = &r->ca.index.entries[i];
        if (!entry_has_user(entry, user) || !index_is_first(&r->ca.index, entry))
            continue;
        choose_entry(r, entry);
        found = true;
    }
    if (!found)
        tool_error(&r->tool, STATUS_FAILED, "%s: no certificate names %s", r->dir, user);
    return found;
}

static bool choose_cert(struct revoke *r, const char *path)
{
    bool issued = false;
    struct serial serial;
    reload_cert *cert = keygen_read_cert(&r->tool, path);
    if (cert == NULL || !ca_has_issued(&r->ca, cert, &issued)) {
        reload_cert_free(&cert);
        return false;
    }
    struct entry *entry =
        issued && cert_serial(cert, &serial) ? index_find(&r->ca.index, &serial) : NULL;
    if (!issued && !RL_FAULT("ca: only the CA's certificates are revoked"))
        tool_error(&r->tool, STATUS_FAILED, "%s: not issued by this CA, but by %s", path,
                   reload_cert_issuer(cert));
    else if (entry == NULL && ca_is_own_cert(&r->ca, cert))
        tool_error(&r->tool, STATUS_FAILED,
                   "%s: the CA's own certificate, which its own CRL cannot revoke; 'reload-keygen "
                   "ca --succeed=%s --output=NEW' replaces the CA's key",
                   path, r->dir);
    else if (entry == NULL)
        tool_error(&r->tool, STATUS_FAILED, "%s: missing in the index; adopt enters it", path);
    else
        choose_entry(r, entry);
    reload_cert_free(&cert);
    return entry != NULL;
}

/* Finds all certificates before any is revoked. */
static bool choose_all(struct revoke *r)
{
    bool good = true;
    r->chosen = calloc(r->ca.index.count + 1, sizeof(struct entry *));
    r->is_chosen = calloc(r->ca.index.count + 1, sizeof(bool));
    if (r->chosen == NULL || r->is_chosen == NULL) {
        keygen_no_memory(&r->tool);
        return false;
    }
    for (size_t i = 0; i < r->serial_count; i++)
        good = choose_serial(r, r->serials[i]) && good;
    for (size_t i = 0; i < r->user_count; i++)
        good = choose_user(r, r->users[i]) && good;
    for (size_t i = 0; r->certs[i] != NULL; i++)
        good = choose_cert(r, r->certs[i]) && good;
    return good;
}

/* ---- Revoking ---- */

/* Revokes an entry; of two dates, the earlier one applies. Returns whether the entry changes. */
static bool changes(const struct revoke *r, const struct entry *entry)
{
    char serial[2 * MAX_SERIAL + 1], before[RELOAD_TIME_SIZE], after[RELOAD_TIME_SIZE];
    if (entry->revoked < 0)
        return true;
    serial_text(&entry->serial, serial);
    reload_time_text(entry->revoked / RELOAD_SECOND, before);
    reload_time_text(r->time / RELOAD_SECOND, after);
    if (r->time >= entry->revoked || RL_FAULT("revoke: the earlier date holds")) {
        tool_warn(&r->tool, "warning: certificate %s is already revoked, as of %s", serial, before);
        return false;
    }
    tool_warn(&r->tool, "warning: certificate %s is already revoked, as of %s, and now as of %s",
              serial, before, after);
    return true;
}

/* Whether the entry gets the specified reason. Of two reasons the one of higher rank applies, and a
 * warning names it. */
static bool changes_reason(const struct revoke *r, const struct entry *entry)
{
    char serial[2 * MAX_SERIAL + 1];
    unsigned reason = (unsigned)r->reason;
    if (r->reason == NO_REASON || entry->reason == reason)
        return false;
    if (entry->revoked < 0)
        return true;
    bool replaces = reason_replaces(entry->reason, reason);
    serial_text(&entry->serial, serial);
    tool_warn(&r->tool, "warning: certificate %s: reason was %s, and %s%s", serial,
              revocation_reasons[entry->reason], replaces ? "is now " : "is not changed to ",
              revocation_reasons[reason]);
    return replaces;
}

static void revoke_entry(struct revoke *r, struct entry *entry)
{
    bool earlier = changes(r, entry), reason = changes_reason(r, entry);
    r->changed = r->changed || earlier || reason;
    for (; entry != NULL; entry = index_next(&r->ca.index, entry)) {
        if (earlier)
            entry->revoked = r->time;
        if (reason)
            entry->reason = (unsigned)r->reason;
    }
}

static void print_result(struct revoke *r, struct output *out, const struct crl_dates *dates)
{
    char number[RELOAD_CRL_NUMBER_SIZE], until[RELOAD_TIME_SIZE];
    for (size_t i = 0; i < r->chosen_count; i++) {
        char serial[2 * MAX_SERIAL + 1];
        serial_text(&r->chosen[i]->serial, serial);
        output_print(out, "revoked %s %s\n", serial, r->chosen[i]->users);
    }
    reload_crl_number_text(&r->ca.index.crl_number, number);
    reload_time_text(dates->next_update / RELOAD_SECOND, until);
    output_print(out, "overlay.crl: number %s, good until %s\n", number, until);
}

static void revoke_chosen(struct revoke *r)
{
    struct output out = {.fd = -1};
    reload_time now = tool_now();
    struct crl_dates dates = crl_dates_now(r->time);
    if (r->time > now && !RL_FAULT("ca: a warning of a future revocation"))
        tool_warn(&r->tool, "warning: --time is in the future: reload-verify accepts the "
                            "certificates until then, list and openssl show them as revoked now");
    for (size_t i = 0; i < r->chosen_count; i++)
        revoke_entry(r, r->chosen[i]);
    /* An earlier call may have changed the index and then failed. */
    if (!r->changed && !crl_is_behind(&r->ca) && r->ca.index.succeeds == NULL)
        return;
    if (!r->tool.quiet && !output_open(&out, &r->tool, NULL, 0))
        return;
    if (crl_renew(&r->ca, &dates, NULL) && !r->tool.quiet)
        print_result(r, &out, &dates);
    if (!r->tool.quiet)
        (void)output_close(&out);
}

int revoke_main(int argc, char **argv)
{
    static struct revoke r;
    r = (struct revoke){
        .tool = {.name = "reload-keygen revoke"}, .time = tool_now(), .reason = NO_REASON};
    int operand = arguments_parse(&r.tool, &revoke_line, argc, argv, &r);
    r.certs = argv + operand;
    if (r.serial_count == 0 && r.user_count == 0 && r.certs[0] == NULL)
        tool_usage(&r.tool, "--serial, --user or a certificate's file is required");
    keygen_check_clock(&r.tool, r.time, "time");
    if (ca_open(&r.ca, &r.tool, r.dir, r.passphrase_file, CA_READ_KEY)) {
        if (choose_all(&r))
            revoke_chosen(&r);
        ca_close(&r.ca);
    }
    free(r.chosen);
    free(r.is_chosen);
    return tool_finish(&r.tool);
}
