/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign --mutate: the choice of mutations, of their places, and of the signatures to make
 * again. */
#include "mutate/mutate.h"

#include <stdio.h>
#include <string.h>

/* ---- Options ---- */

/* Whether a word of a list, len octets long, selects a mutation. */
static bool selects(const char *word, size_t len, const struct mutation *mutation)
{
    return (len == 3 && memcmp(word, "all", len) == 0) ||
           (strlen(mutation->name) == len && memcmp(word, mutation->name, len) == 0) ||
           (strlen(mutation->group) == len && memcmp(word, mutation->group, len) == 0);
}

static bool selected(const char *list, const struct mutation *mutation)
{
    for (const char *word = list; *word != '\0'; word += strspn(word, ",")) {
        size_t len = strcspn(word, ",");
        if (selects(word, len, mutation))
            return true;
        word += len;
    }
    return false;
}

/* Reports a word of the list that selects nothing, with the nearest word that does. */
static void reject_mutation(const struct tool *tool, const char *word, size_t len)
{
    enum { MAX_WORDS = 256 };
    const char *words[MAX_WORDS + 2] = {"all"}, *near = NULL;
    char name[64];
    size_t count = 1;
    for (size_t i = 0; mutation_at(i) != NULL && count < MAX_WORDS; i++) {
        words[count++] = mutation_at(i)->group;
        words[count++] = mutation_at(i)->name;
    }
    if (len < sizeof name) {
        (void)snprintf(name, sizeof name, "%.*s", (int)len, word);
        near = reload_nearest_word(name, words);
    }
    if (near != NULL)
        tool_usage(tool, "--mutate: \"%.*s\" is not a mutation or group (did you mean %s?)",
                   (int)len, word, near);
    tool_usage(tool, "--mutate: \"%.*s\" is not a mutation or group; --mutate=help lists them",
               (int)len, word);
}

void mutate_check_options(const struct tool *tool, const struct mutate_options *options)
{
    const char *seed = options->seed;
    for (const char *word = options->list;;) {
        size_t len = strcspn(word, ",");
        bool known = false;
        for (size_t i = 0; mutation_at(i) != NULL; i++)
            known = known || selects(word, len, mutation_at(i));
        if (!known)
            reject_mutation(tool, word, len);
        word += len;
        if (*word == '\0')
            break;
        word++;
    }
    if (seed == NULL)
        tool_usage(tool, "--mutate requires --seed");
    if (seed[0] == '\0' || strlen(seed) % 2 != 0 ||
        strspn(seed, "0123456789abcdefABCDEF") != strlen(seed))
        tool_usage(tool, "--seed: \"%s\" is not an even number of hex digits", seed);
    if (strlen(seed) > 256)
        tool_usage(tool, "--seed: more than 256 hex digits");
}

reload_err mutate_transaction_id(const struct mutate_options *options,
                                 uint8_t id[RELOAD_TRANSACTION_SIZE])
{
    struct base base = {.options = options};
    reload_rng *rng = NULL;
    reload_err err = base_seed(&base, options->seed);
    if (err == RELOAD_OK)
        err = base_rng(&base, "transaction-id", &rng);
    if (err == RELOAD_OK)
        err = reload_rng_fill(rng, id, RELOAD_TRANSACTION_SIZE);
    reload_rng_free(&rng);
    reload_buf_free(&base.seed);
    return err;
}

void mutate_help(struct output *out)
{
    const char *group = "";
    char line[512];
    for (size_t i = 0; mutation_at(i) != NULL; i++) {
        const struct mutation *mutation = mutation_at(i);
        if (strcmp(mutation->group, group) != 0) {
            group = mutation->group;
            int n = snprintf(line, sizeof line, "%s%s:\n", i > 0 ? "\n" : "", group);
            (void)output_write(out, line, (size_t)n);
        }
        int n = snprintf(line, sizeof line, "  %-24s %s (%s): %s\n", mutation->name, mutation->what,
                         mutation->section, mutation->reason);
        (void)output_write(out, line, (size_t)n);
    }
}

/* ---- Making them ---- */

struct run {
    struct base base;
    struct vectors *vectors;
    reload_err err;
};

/* Makes one mutant, and adds it if it exists and its label is known. */
static void make(struct run *r, const struct mutation *mutation, uint32_t at, const char *place,
                 enum signing signing)
{
    struct mutant m;
    struct base *base = &r->base;
    r->err = mutant_open(&m, base, mutation, signing, place);
    bool made = r->err == RELOAD_OK && mutation->make(&m, at) &&
                (signing == SIGN_NOTHING || mutant_resign(&m));
    made = made && m.err == RELOAD_OK;
    bool same =
        made && m.octets.len == base->len && memcmp(m.octets.octets, base->octets, base->len) == 0;
    if (made && (!same || mutation == mutation_at(0)) && label(&m) && !vectors_add(r->vectors, &m))
        r->err = RELOAD_ERR_WRITE;
    if (r->err == RELOAD_OK)
        r->err = m.err;
    mutant_close(&m);
}

/* Makes a mutation in each of its ways of signing. */
static void make_each_way(struct run *r, const struct mutation *mutation, uint32_t at,
                          const char *place)
{
    for (unsigned signing = 0; signing < SIGNINGS && r->err == RELOAD_OK; signing++)
        if ((mutation->signings & 1u << signing) != 0)
            make(r, mutation, at, place, (enum signing)signing);
}

static void make_everywhere(struct run *r, const struct mutation *mutation)
{
    const struct base *base = &r->base;
    char place[256];
    switch (mutation->places) {
    case AT_MESSAGE:
        make_each_way(r, mutation, 0, "");
        break;
    case AT_FIELDS:
        for (unsigned i = 0; i < RELOAD_FIELDS && r->err == RELOAD_OK; i++) {
            (void)snprintf(place, sizeof place, "/header/%s",
                           reload_field_def_of((reload_field)i)->key);
            make_each_way(r, mutation, i, place);
        }
        break;
    case AT_ATTRIBUTES:
        for (uint32_t i = 0; i < base->count && r->err == RELOAD_OK; i++)
            if (reload_msg_pointer(base->msg, i, place, sizeof place))
                make_each_way(r, mutation, i, place);
        break;
    case AT_SITES:
        for (size_t i = 0; i < base->site_count && r->err == RELOAD_OK; i++)
            if (reload_msg_pointer(base->msg, base->sites[i].attr, place, sizeof place))
                make_each_way(r, mutation, (uint32_t)i, place);
        break;
    }
}

/* Whether the good message is valid, apart from signatures with other keys. */
static reload_err check_good(struct base *base, reload_diag *diag)
{
    struct mutant m;
    reload_err err = mutant_open(&m, base, mutation_at(0), SIGN_NOTHING, "");
    if (err == RELOAD_OK && (!label(&m) || m.reason != RELOAD_REASON_NONE)) {
        err = RELOAD_ERR_REFUSED;
        (void)snprintf(diag->text, sizeof diag->text, "refused: the message is not valid: %s",
                       label_word(m.reason));
    }
    mutant_close(&m);
    return err;
}

void mutate(struct tool *tool, const struct mutate_options *options, reload_signer *signer,
            const uint8_t *octets, size_t len, const char *file, const char *path)
{
    struct run r = {.err = RELOAD_OK};
    reload_diag diag = {0};
    r.err = base_open(&r.base, options, signer, octets, len, &diag);
    if (r.err == RELOAD_OK)
        r.err = check_good(&r.base, &diag);
    if (r.err != RELOAD_OK) {
        tool_error(tool, STATUS_FAILED, "%s: %s", file,
                   diag.text[0] != '\0' ? diag.text : reload_strerror(r.err));
        base_close(&r.base);
        return;
    }
    r.vectors = vectors_open(tool, &r.base, path);
    if (r.vectors != NULL) {
        for (size_t i = 0; mutation_at(i) != NULL && r.err == RELOAD_OK; i++)
            if (selected(options->list, mutation_at(i)))
                make_everywhere(&r, mutation_at(i));
        if (r.err != RELOAD_OK && r.err != RELOAD_ERR_WRITE)
            tool_error(tool, STATUS_FAILED, "%s: %s", file, reload_strerror(r.err));
        vectors_close(&r.vectors, r.err == RELOAD_OK);
    }
    base_close(&r.base);
}
