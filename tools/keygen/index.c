/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of issued certificates: a text file with a line for each certificate and block of
 * Peer-IDs. */
#include "base/fault.h"
#include "common/array.h"
#include "keygen/keygen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BLOCK = 0xffff };

static const struct file_kind kind_index = {.text = "a CA's index", .max = 1 << 30};

static const char heading[] =
    "# Certificates that this CA issued; reload-keygen reads and writes this file.\n"
    "# serial\tnot-after\trevoked\tfirst-peer-id\tpeers\tusers\n";

/* RFC 5280 section 5.3.1; 7 is not used, and 8 is for delta CRLs. */
const char *const revocation_reasons[] = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "unused",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise",    NULL};

/* The rank of a reason: unspecified, a suspension, an end, a compromise. */
static unsigned reason_rank(unsigned reason)
{
    enum { UNSPECIFIED = 0, KEY_COMPROMISE = 1, CA_COMPROMISE = 2, HOLD = 6, AA_COMPROMISE = 10 };
    switch (reason) {
    case UNSPECIFIED:
        return 0;
    case HOLD:
        return 1;
    case KEY_COMPROMISE:
    case CA_COMPROMISE:
    case AA_COMPROMISE:
        return 3;
    default:
        return 2;
    }
}

bool reason_replaces(unsigned before, unsigned reason)
{
    return reason_rank(reason) > reason_rank(before) &&
           !RL_FAULT("ca: a compromise replaces another reason");
}

/* ---- Entries ---- */

void index_free(struct index *index)
{
    for (size_t i = 0; i < index->count; i++)
        free(index->entries[i].users);
    free(index->entries);
    free(index->foreign);
    free(index->by_serial.slots);
    free(index->foreign_by_serial.slots);
    free(index->succeeds);
    *index = (struct index){0};
}

bool index_add_foreign(struct index *index, struct tool *tool, const struct foreign *foreign)
{
    struct foreign *grown =
        array_grow(index->foreign, &index->foreign_cap, index->foreign_count, sizeof *grown);
    if (grown == NULL) {
        keygen_no_memory(tool);
        return false;
    }
    index->foreign = grown;
    index->foreign_by_serial.element = sizeof *grown;
    if (!serial_table_reserve(&index->foreign_by_serial, grown, index->foreign_count)) {
        keygen_no_memory(tool);
        return false;
    }
    grown[index->foreign_count] = *foreign;
    (void)serial_table_add(&index->foreign_by_serial, grown, index->foreign_count++);
    return true;
}

const struct foreign *index_find_foreign(const struct index *index, const struct serial *serial)
{
    size_t at = serial_table_find(&index->foreign_by_serial, index->foreign, serial);
    return at == NOT_FOUND ? NULL : &index->foreign[at];
}

/* Adds a line with an entry's values, and takes its users over. Returns NULL after reporting that
 * memory is short. */
static struct entry *add_line(struct index *index, struct tool *tool, const struct entry *values)
{
    struct entry *grown = array_grow(index->entries, &index->cap, index->count, sizeof *grown);
    if (grown == NULL) {
        keygen_no_memory(tool);
        return NULL;
    }
    index->entries = grown;
    index->by_serial.element = sizeof *grown;
    if (!serial_table_reserve(&index->by_serial, grown, index->count)) {
        keygen_no_memory(tool);
        return NULL;
    }
    size_t at = index->count++;
    grown[at] = *values;
    struct entry *first = &grown[serial_table_add(&index->by_serial, grown, at)];
    grown[at].first_line = (size_t)(first - grown);
    grown[at].next_line = 0;
    if (&grown[at] != first)
        grown[first->last_line].next_line = at;
    first->last_line = at;
    return &grown[at];
}

/* Drops the last line. */
static void drop_line(struct index *index)
{
    size_t at = --index->count;
    struct entry *entry = &index->entries[at], *line = &index->entries[entry->first_line];
    free(entry->users);
    if (line == entry) {
        serial_table_remove_last(&index->by_serial, index->entries, at);
        return;
    }
    struct entry *first = line;
    while (line->next_line != at)
        line = &index->entries[line->next_line];
    line->next_line = 0;
    first->last_line = (size_t)(line - index->entries);
}

void index_cut(struct index *index, size_t count)
{
    while (index->count > count)
        drop_line(index);
}

/* The users among names, as a line lists them; NULL after reporting that memory is short. */
static char *list_users(struct tool *tool, const reload_cert_name *const *names, size_t count)
{
    reload_buf text = {0};
    for (size_t i = 0; i < count; i++) {
        if (names[i]->peer)
            continue;
        reload_buf_append(&text, ",", text.len > 0);
        reload_buf_append(&text, names[i]->text, strlen(names[i]->text));
    }
    reload_buf_append(&text, "-", text.len == 0);
    reload_buf_append(&text, "", 1);
    char *users = text.err == RELOAD_OK ? strdup((const char *)text.octets) : NULL;
    reload_buf_free(&text);
    if (users == NULL)
        keygen_no_memory(tool);
    return users;
}

static struct entry *add_block(struct index *index, struct tool *tool, const struct entry *values,
                               const reload_cert_name *const *names, size_t count)
{
    struct entry block = *values;
    block.peers = 0;
    block.users = list_users(tool, names, count);
    struct entry *entry = block.users == NULL ? NULL : add_line(index, tool, &block);
    if (entry == NULL)
        free(block.users);
    return entry;
}

/* Whether a Peer-ID follows an entry's last one. */
static bool index_follows(const struct entry *entry, const uint8_t id[RELOAD_ID_SIZE])
{
    uint8_t next[RELOAD_ID_SIZE];
    return entry->peers < MAX_BLOCK && id_add(entry->first, entry->peers, next) &&
           memcmp(next, id, sizeof next) == 0;
}

struct entry *index_add_certificate(struct index *index, struct tool *tool,
                                    const struct entry *values,
                                    const reload_cert_name *const *names, size_t count)
{
    size_t before = index->count;
    struct entry *block = add_block(index, tool, values, names, count);
    for (size_t i = 0; block != NULL && i < count; i++) {
        if (!names[i]->peer)
            continue;
        if (block->peers > 0 && !index_follows(block, names[i]->id))
            block = add_block(index, tool, values, names, count);
        if (block != NULL && block->peers++ == 0)
            memcpy(block->first, names[i]->id, RELOAD_ID_SIZE);
    }
    if (block == NULL && !RL_FAULT("index: a certificate's lines are added together, or none"))
        index_cut(index, before);
    return block == NULL ? NULL : &index->entries[before];
}

struct entry *index_find(const struct index *index, const struct serial *serial)
{
    size_t at = serial_table_find(&index->by_serial, index->entries, serial);
    return at == NOT_FOUND ? NULL : &index->entries[at];
}

struct entry *index_next(const struct index *index, const struct entry *entry)
{
    return entry->next_line == 0 ? NULL : &index->entries[entry->next_line];
}

bool index_is_first(const struct index *index, const struct entry *entry)
{
    return &index->entries[entry->first_line] == entry;
}

bool entry_has_user(const struct entry *entry, const char *user)
{
    size_t len = strlen(user);
    for (const char *at = entry->users; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (n == len && memcmp(at, user, len) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

/* ---- Reading ---- */

/* The next field of a line; NULL after the last. */
static char *index_field(char **line)
{
    char *start = *line;
    if (start == NULL)
        return NULL;
    char *tab = strchr(start, '\t');
    if (tab != NULL)
        *tab = '\0';
    *line = tab == NULL ? NULL : tab + 1;
    return start;
}

static bool read_number(const char *text, unsigned long max, unsigned long *value)
{
    char *end;
    errno = 0;
    *value = text == NULL || *text < '0' || *text > '9' ? 0 : strtoul(text, &end, 10);
    return text != NULL && *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 &&
           *value <= max;
}

/* "-", TIME or TIME,REASON. */
static bool read_revoked(char *text, struct entry *entry)
{
    char *comma = strchr(text, ',');
    if (strcmp(text, "-") == 0)
        return true;
    if (comma != NULL) {
        *comma = '\0';
        while (revocation_reasons[entry->reason] != NULL &&
               strcmp(revocation_reasons[entry->reason], comma + 1) != 0)
            entry->reason++;
        if (revocation_reasons[entry->reason] == NULL)
            return false;
    }
    return argument_time_parse(text, &entry->revoked) && entry->revoked >= 0;
}

static bool read_entry(char *line, struct entry *entry)
{
    char *serial = index_field(&line), *not_after = index_field(&line),
         *revoked = index_field(&line), *first = index_field(&line);
    char *peers = index_field(&line), *users = index_field(&line);
    unsigned long number;
    if (users == NULL || line != NULL || !serial_parse(serial, &entry->serial) ||
        !argument_time_parse(not_after, &entry->not_after) ||
        !read_number(peers, MAX_BLOCK, &number))
        return false;
    entry->peers = (unsigned)number;
    if (!read_revoked(revoked, entry))
        return false;
    if (entry->peers > 0 && (strlen(first) != 2 * RELOAD_ID_SIZE ||
                             !reload_hex_decode(first, strlen(first), entry->first)))
        return false;
    entry->users = strdup(users);
    return entry->users != NULL;
}

static bool add_read_line(struct index *index, struct tool *tool, char *text)
{
    struct entry entry = {.revoked = -1};
    bool good = read_entry(text, &entry) && add_line(index, tool, &entry) != NULL;
    if (!good)
        free(entry.users);
    return good;
}

/* A comment, or one of the settings "# max-peers 16", "# crl-number 3" and "# succeeds DIR". A bit
 * of *seen for each setting that is required. Returns false if a setting has no value. */
static bool read_setting(const char *line, struct index *index, unsigned *seen)
{
    static const char max_peers[] = "# max-peers ", crl_number[] = "# crl-number ",
                      succeeds[] = "# succeeds ";
    unsigned long number = 0;
    if (strncmp(line, max_peers, sizeof max_peers - 1) == 0) {
        *seen |= 1;
        bool good = read_number(line + sizeof max_peers - 1, MAX_NAMES, &number);
        index->max_peers = (unsigned)number;
        return good;
    }
    if (strncmp(line, crl_number, sizeof crl_number - 1) == 0) {
        *seen |= 2;
        return reload_crl_number_parse(line + sizeof crl_number - 1, &index->crl_number);
    }
    if (strncmp(line, succeeds, sizeof succeeds - 1) == 0) {
        free(index->succeeds);
        index->succeeds = strdup(line + sizeof succeeds - 1);
        return index->succeeds != NULL && index->succeeds[0] != '\0';
    }
    return true;
}

/* Reads the lines of an index. Returns NULL, or the fault of line *number. */
static const char *read_lines(struct index *index, struct tool *tool, char *text, size_t len,
                              unsigned *number)
{
    unsigned seen = 0;
    for (*number = 1; len > 0; (*number)++) {
        char *end = memchr(text, '\n', len);
        size_t n = end == NULL ? len : (size_t)(end - text);
        if (end == NULL)
            return "truncated";
        *end = '\0';
        if (strlen(text) != n)
            return "not a line of an index";
        if (*text == '#' && !read_setting(text, index, &seen))
            return "value missing or out of range";
        if (*text != '#' && !add_read_line(index, tool, text))
            return "not a line of an index";
        text += n + 1;
        len -= n + 1;
    }
    return seen == 3 ? NULL : "max-peers or crl-number is missing";
}

bool index_read(struct index *index, struct ca *ca, bool may_be_missing)
{
    reload_buf text = {0};
    char *path = ca_path(ca, CA_INDEX_FILE);
    unsigned number;
    *index = (struct index){.max_peers = DEFAULT_MAX_PEERS};
    if (path != NULL && may_be_missing && access(path, F_OK) != 0) {
        tool_warn(ca->tool, "warning: %s: missing; a new one is made, with max-peers %d", path,
                  DEFAULT_MAX_PEERS);
        free(path);
        return true;
    }
    bool missing = path != NULL && access(path, F_OK) != 0 && errno == ENOENT;
    if (missing)
        tool_error(
            ca->tool, STATUS_FAILED,
            "%s: missing; 'reload-keygen adopt --ca=%s' makes it again from %s/" CA_ISSUED_DIR,
            path, ca->dir, ca->dir);
    bool good = path != NULL && !missing && file_read(ca->tool, path, &kind_index, &text);
    const char *wrong =
        good ? read_lines(index, ca->tool, (char *)text.octets, text.len, &number) : NULL;
    if (wrong != NULL) {
        tool_error(ca->tool, STATUS_FAILED, "%s: line %u: %s", path, number, wrong);
        good = false;
    }
    reload_buf_free(&text);
    free(path);
    if (!good)
        index_free(index);
    return good;
}

/* ---- Writing ---- */

static void append_text(reload_buf *text, const char *words)
{
    reload_buf_append(text, words, strlen(words));
}

static void append_time(reload_buf *text, reload_time time)
{
    char words[RELOAD_TIME_SIZE] = "-";
    if (time >= 0)
        reload_time_text(time / RELOAD_SECOND, words);
    append_text(text, words);
}

static void append_entry(reload_buf *text, const struct entry *entry)
{
    char words[2 * RELOAD_ID_SIZE + 32];
    serial_text(&entry->serial, words);
    append_text(text, words);
    append_text(text, "\t");
    append_time(text, entry->not_after);
    append_text(text, "\t");
    append_time(text, entry->revoked);
    if (entry->revoked >= 0 && entry->reason != 0) {
        append_text(text, ",");
        append_text(text, revocation_reasons[entry->reason]);
    }
    append_text(text, "\t");
    reload_hex_encode(entry->first, RELOAD_ID_SIZE, words);
    reload_buf_append(text, entry->peers > 0 ? words : "-",
                      entry->peers > 0 ? 2 * RELOAD_ID_SIZE : 1);
    int n = snprintf(words, sizeof words, "\t%u\t", entry->peers);
    reload_buf_append(text, words, (size_t)n);
    reload_buf_append(text, entry->users, strlen(entry->users));
    reload_buf_append(text, "\n", 1);
}

bool index_write(const struct index *index, struct ca *ca)
{
    reload_buf text = {0};
    char settings[128], crl_number[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number_text(&index->crl_number, crl_number);
    int n = snprintf(settings, sizeof settings, "# max-peers %u\n# crl-number %s\n",
                     index->max_peers, crl_number);
    reload_buf_append(&text, heading, sizeof heading - 1);
    reload_buf_append(&text, settings, (size_t)n);
    if (index->succeeds != NULL) {
        append_text(&text, "# succeeds ");
        append_text(&text, index->succeeds);
        append_text(&text, "\n");
    }
    for (size_t i = 0; i < index->count; i++)
        append_entry(&text, &index->entries[i]);
    char *path = ca_path(ca, CA_INDEX_FILE);
    bool good = path != NULL && keygen_write(ca->tool, path, &text, OUTPUT_STATE);
    reload_buf_free(&text);
    free(path);
    return good;
}
