/* SPDX-License-Identifier: BSD-2-Clause */
/* A CA's directory, and in it the index of what it issued: a text file, a line a certificate. */
#include "common/policy.h"
#include "keygen/keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { MAX_INDEX = 1 << 30 };

static const char heading[] =
    "# Certificates that this CA issued; reload-keygen reads and writes this file.\n"
    "# serial\tnot-after\trevoked\tfirst-peer-id\tpeers\tusers\n";

/* ---- The CA's directory ---- */

static bool read_ca_file(struct ca *ca, const char *name, reload_buf *octets)
{
    char *path = keygen_path(ca->tool, ca->dir, name);
    bool good = path != NULL && file_read(ca->tool, path, MAX_CERT, octets, false);
    free(path);
    return good;
}

static bool read_ca_cert(struct ca *ca)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = read_ca_file(ca, "/ca.crt", &octets);
    if (good && reload_cert_parse(octets.octets, octets.len, &ca->cert, &diag) != RELOAD_OK) {
        tool_error(ca->tool, STATUS_FAILED, "%s/ca.crt: %s", ca->dir, diag.text);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

/* Notes the CA's files, which no output replaces, and those that its profile names. A CRL is made
 * by this tool, and so may be one. */
static void keep_ca(struct ca *ca)
{
    char *const *const lists[] = {ca->profile->ca, ca->profile->intermediates};
    for (size_t i = 0; i < CA_FILES; i++) {
        char *path = keygen_path(ca->tool, ca->dir, ca_files[i]);
        if (path != NULL)
            tool_keep(ca->tool, path);
        free(path);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t k = 0; lists[i][k] != NULL; k++)
            tool_keep(ca->tool, lists[i][k]);
}

/* Reads profile, certificate and key, in this order. */
static bool read_ca(struct ca *ca)
{
    char *path = keygen_path(ca->tool, ca->dir, "/overlay.json");
    char *key_path = keygen_path(ca->tool, ca->dir, "/ca.key");
    bool good = path != NULL && key_path != NULL && profile_read(ca->tool, path, &ca->profile) &&
                read_ca_cert(ca) && keygen_read_key(ca->tool, key_path, &ca->key);
    free(key_path);
    free(path);
    if (good && !reload_cert_fits_key(ca->cert, ca->key)) {
        tool_error(ca->tool, STATUS_FAILED, "%s: ca.key is not the key of ca.crt", ca->dir);
        return false;
    }
    if (good && ca->profile->overlay == NULL) {
        tool_error(ca->tool, STATUS_FAILED, "%s/overlay.json: overlay is missing", ca->dir);
        return false;
    }
    return good;
}

bool ca_open(struct ca *ca, struct tool *tool, const char *dir)
{
    *ca = (struct ca){.tool = tool, .dir = dir, .lock = -1};
    ca->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = ca->lock >= 0 && flock(ca->lock, LOCK_EX) == 0;
    if (!good)
        tool_error(tool, STATUS_FAILED, "%s: %s", dir, strerror(errno));
    good = good && read_ca(ca);
    if (good)
        keep_ca(ca);
    if (!good)
        ca_close(ca);
    return good;
}

void ca_close(struct ca *ca)
{
    reload_profile_free(&ca->profile);
    reload_cert_free(&ca->cert);
    reload_key_free(&ca->key);
    if (ca->lock >= 0)
        (void)close(ca->lock);
    ca->lock = -1;
}

/* ---- Arithmetic of IDs ---- */

bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE])
{
    uint64_t carry = n;
    for (size_t i = RELOAD_ID_SIZE; i-- > 0; carry >>= 8) {
        carry += id[i];
        sum[i] = (uint8_t)carry;
    }
    return carry == 0;
}

bool index_taken(const struct index *index, const uint8_t first[RELOAD_ID_SIZE], unsigned count)
{
    uint8_t last[RELOAD_ID_SIZE], other_last[RELOAD_ID_SIZE];
    if (count == 0)
        return false;
    if (!id_add(first, count - 1, last))
        return true; /* past the last Peer-ID */
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        if (entry->peers > 0 && id_add(entry->first, entry->peers - 1, other_last) &&
            memcmp(first, other_last, RELOAD_ID_SIZE) <= 0 &&
            memcmp(entry->first, last, RELOAD_ID_SIZE) <= 0)
            return true;
    }
    return false;
}

/* Whether an entry names a user. */
static bool entry_has_user(const struct entry *entry, const char *user)
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

unsigned index_peers_of(const struct index *index, const char *user)
{
    unsigned sum = 0;
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        bool counted = !entry_has_user(entry, user);
        /* a renewed certificate names Peer-IDs that were counted before */
        for (size_t k = 0; k < i && !counted; k++)
            counted = index->entries[k].peers > 0 &&
                      memcmp(index->entries[k].first, entry->first, RELOAD_ID_SIZE) == 0 &&
                      entry_has_user(&index->entries[k], user);
        if (!counted)
            sum += entry->peers;
    }
    return sum;
}

bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count,
                uint8_t first[RELOAD_ID_SIZE])
{
    do {
        reload_err err = reload_rng_fill(rng, first, RELOAD_ID_SIZE);
        if (err != RELOAD_OK) {
            tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
            return false;
        }
    } while (index_taken(index, first, count));
    return true;
}

/* ---- The file ---- */

void index_free(struct index *index)
{
    for (size_t i = 0; i < index->count; i++)
        free(index->entries[i].users);
    free(index->entries);
    *index = (struct index){0};
}

struct entry *index_add(struct index *index, struct tool *tool)
{
    if (index->count == index->cap) {
        size_t cap = index->cap == 0 ? 64 : index->cap * 2;
        struct entry *grown = cap > SIZE_MAX / 2 / sizeof *grown
                                  ? NULL
                                  : realloc(index->entries, cap * sizeof *grown);
        if (grown == NULL) {
            keygen_no_memory(tool);
            return NULL;
        }
        index->entries = grown;
        index->cap = cap;
    }
    struct entry *entry = &index->entries[index->count++];
    *entry = (struct entry){.revoked = -1};
    return entry;
}

void index_drop_last(struct index *index)
{
    if (index->count > 0)
        free(index->entries[--index->count].users);
}

/* The next field of a line; NULL after the last. */
static char *field(char **line)
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

static bool read_entry(char *line, struct entry *entry)
{
    char *serial = field(&line), *not_after = field(&line), *revoked = field(&line),
         *first = field(&line);
    char *peers = field(&line), *users = field(&line);
    unsigned long number;
    if (users == NULL || line != NULL || strlen(serial) > 2 * sizeof entry->serial)
        return false;
    entry->serial_len = strlen(serial) / 2;
    if (!reload_hex_decode(serial, strlen(serial), entry->serial) ||
        !argument_time_parse(not_after, &entry->not_after) || !read_number(peers, 0xffff, &number))
        return false;
    entry->peers = (unsigned)number;
    if (strcmp(revoked, "-") != 0 && !argument_time_parse(revoked, &entry->revoked))
        return false;
    if (entry->peers > 0 && (strlen(first) != 2 * RELOAD_ID_SIZE ||
                             !reload_hex_decode(first, strlen(first), entry->first)))
        return false;
    entry->users = strdup(users);
    return entry->users != NULL;
}

/* A comment, or one of the settings "# max-peers 16" and "# crl-number 3". A bit of *seen for each
 * setting. Returns false if a setting has no number. */
static bool read_setting(const char *line, struct index *index, unsigned *seen)
{
    static const char max_peers[] = "# max-peers ", crl_number[] = "# crl-number ";
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
            return "number missing or out of range";
        struct entry *entry = *text == '#' ? NULL : index_add(index, tool);
        if (*text != '#' && (entry == NULL || !read_entry(text, entry)))
            return "not a line of an index";
        text += n + 1;
        len -= n + 1;
    }
    return seen == 3 ? NULL : "max-peers or crl-number is missing";
}

bool index_read(struct index *index, struct ca *ca)
{
    reload_buf text = {0};
    char *path = keygen_path(ca->tool, ca->dir, "/index");
    unsigned number;
    *index = (struct index){0};
    bool good = path != NULL && file_read(ca->tool, path, MAX_INDEX, &text, false);
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

static void append_time(reload_buf *text, reload_time time)
{
    char words[RELOAD_TIME_SIZE] = "-";
    if (time >= 0)
        reload_time_text(time / RELOAD_SECOND, words);
    reload_buf_append(text, words, strlen(words));
    reload_buf_append(text, "\t", 1);
}

static void append_entry(reload_buf *text, const struct entry *entry)
{
    char words[2 * RELOAD_ID_SIZE + 32];
    reload_hex_encode(entry->serial, entry->serial_len, words);
    reload_buf_append(text, words, 2 * entry->serial_len);
    reload_buf_append(text, "\t", 1);
    append_time(text, entry->not_after);
    append_time(text, entry->revoked);
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
    for (size_t i = 0; i < index->count; i++)
        append_entry(&text, &index->entries[i]);
    char *path = keygen_path(ca->tool, ca->dir, "/index");
    bool good = path != NULL && keygen_write(ca->tool, path, &text, OUTPUT_STATE);
    reload_buf_free(&text);
    free(path);
    return good;
}
