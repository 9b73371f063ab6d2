/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the tables that manuals and tests are checked against, a row a line, cells separated by
 * tabs. The first cell names the table. */
#include "verify/explain/explain.h"
#include "verify/lint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_attributes(void)
{
    const reload_attr_def *def;
    for (size_t i = 0; (def = reload_attr_def_at(i)) != NULL; i++)
        printf("attribute\t0x%04x\t%s\n", (unsigned)def->type, def->name);
}

static void print_fields(void)
{
    for (int f = 0; f < RELOAD_FIELDS; f++)
        printf("field\t%s\n", reload_field_def_of((reload_field)f)->key);
}

/* The names of all header fields' and attributes' values. Every name has a value of at most 3
 * digits. */
static void print_names(void)
{
    for (int set = RELOAD_NAMES_NONE; set <= RELOAD_NAMES_PHRASE; set++)
        for (uint32_t value = 0; value < 1000; value++) {
            const char *name = reload_name((reload_names)set, value);
            if (name != NULL)
                printf("name\t%" PRIu32 "\t%s\n", value, name);
        }
}

static void print_verdicts(void)
{
    for (int v = RELOAD_UNCHECKED; v <= RELOAD_PINNED; v++)
        printf("verdict\t%s\n", reload_verdict_text((reload_verdict)v));
}

static void print_reasons(void)
{
    for (int r = RELOAD_REASON_NONE + 1; r <= RELOAD_REASON_EXPIRED; r++) {
        unsigned code = reload_reason_code((reload_reason)r);
        printf("reason\t%s\t", reload_reason_text((reload_reason)r));
        printf(code == 0 ? "-\n" : "%u\n", code);
    }
}

static void print_rules(void)
{
    for (int r = 0; r < LINT_RULES; r++) {
        const struct lint_rule_def *rule = lint_rule_of((enum lint_rule)r);
        const char *level = lint_level_text(rule->level);
        printf("rule\t%s\t%s\t%s\t%s\n", rule->word, level == NULL ? "-" : level, rule->section,
               rule->text);
    }
}

static void print_readings(void)
{
    const explain_reading_def *reading;
    for (size_t i = 0; (reading = explain_reading_at(i)) != NULL; i++)
        printf("reading\t%s\t%s\t%s\n", reading->word, reading->section, reading->text);
}

static int print_octets(void *arg, const void *octets, size_t len)
{
    return fwrite(octets, 1, len, arg) == len ? 0 : -1;
}

/* A profile with every key, as JSON. */
static void print_profile(void)
{
    reload_profile *profile = reload_profile_new();
    if (profile == NULL)
        return;
    char **const names[] = {&profile->overlay, &profile->replay_state,     &profile->pin,
                            &profile->ca[0],   &profile->intermediates[0], &profile->crl[0]};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        *names[i] = strdup("-");
    profile->security = RELOAD_SECURITY_CERTS;
    profile->dht = profile->hash = 1;
    profile->max_skew = profile->min_rsa_bits = 1;
    profile->allow_sha1_certs = profile->require_crl = profile->require_peer_signature = true;
    profile->replay = profile->pair = true;
    (void)reload_profile_write(profile, print_octets, stdout);
    reload_profile_free(&profile);
}

int main(void)
{
    print_attributes();
    print_fields();
    print_names();
    print_verdicts();
    print_reasons();
    print_rules();
    print_readings();
    print_profile();
    return fflush(stdout) == 0 ? 0 : 1;
}
