/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of values. */
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct name {
    uint32_t value;
    const char *name;
};

/* Each set ends with a row without a name. */

static const struct name routing[] = {
    /* B§5.1 */
    {0, "UNSPECIFIED"},
    {1, "PROXY"},
    {2, "REDIRECT"},
    {0, NULL},
};

static const struct name dht[] = {
    /* B§5.1 */
    {RELOAD_DHT_CHORD, "Chord1.0"},
    {RELOAD_DHT_BAMBOO, "Bamboo1.0"},
    {0, NULL},
};

static const struct name hash[] = {
    /* B§5.1 */
    {RELOAD_HASH_SHA1, "SHA-1"},
    {0, NULL},
};

static const struct name method[] = {
    /* B§5.1 */
    {RELOAD_PEER_JOIN, "PEER-JOIN"},
    {RELOAD_PEER_SEARCH, "PEER-SEARCH"},
    {RELOAD_RESOURCE_GET, "RESOURCE-GET"},
    {RELOAD_RESOURCE_PUT, "RESOURCE-PUT"},
    {RELOAD_RESOURCE_TRANSFER, "RESOURCE-TRANSFER"},
    {RELOAD_TRANSPORT_OPEN, "TRANSPORT-OPEN"},
    {RELOAD_TRANSPORT_TUNNEL, "TRANSPORT-TUNNEL"},
    {0, NULL},
};

static const struct name op[] = {
    /* B§5.2.3.4 */
    {1, "="}, {2, "!="}, {3, ">"}, {4, ">="}, {5, "<"}, {6, "<="}, {0, NULL},
};

static const struct name transport[] = {
    /* B§5.2.4.2 */
    {0x06, "TCP"}, {0x11, "UDP"}, {0x38, "TLS"}, {0x84, "SCTP"}, {0, NULL},
};

static const struct name phrase[] = {
    /* B§5.2.1, S§6.1, S§7.1; the phrases: D31 */
    {200, "OK"},
    {302, "Moved Temporarily"},
    {401, "Unauthorized"},
    {404, "Not Found"},
    {408, "Request Timeout"},
    {431, "Integrity Check Failure"},
    {493, "Undecipherable"},
    {498, "Incompatible with Overlay"},
    {499, "Unwilling To Proxy"},
    {0, NULL},
};

static const struct name *const sets[] = {
    [RELOAD_NAMES_NONE] = NULL,
    [RELOAD_NAMES_ROUTING] = routing,
    [RELOAD_NAMES_DHT] = dht,
    [RELOAD_NAMES_HASH] = hash,
    [RELOAD_NAMES_METHOD] = method,
    [RELOAD_NAMES_OP] = op,
    [RELOAD_NAMES_TRANSPORT] = transport,
    [RELOAD_NAMES_PHRASE] = phrase,
};

static const struct name *set_rows(reload_names set)
{
    static const struct name none[] = {{0, NULL}};
    if ((unsigned)set >= sizeof sets / sizeof sets[0] || sets[set] == NULL)
        return none;
    return sets[set];
}

const char *reload_name(reload_names set, uint32_t value)
{
    if (set == RELOAD_NAMES_SECURITY) {
        const reload_suite *suite = reload_suite_of(value);
        return suite == NULL ? NULL : suite->name;
    }
    for (const struct name *row = set_rows(set); row->name != NULL; row++)
        if (row->value == value)
            return row->name;
    return NULL;
}

/* The names of RELOAD_NAMES_SECURITY are in the table of suites. */
static bool lookup_security(const char *name, uint32_t *value)
{
    const reload_suite *suite;
    for (size_t i = 0; (suite = reload_suite_at(i)) != NULL; i++)
        if (strcmp(suite->name, name) == 0) {
            *value = suite->security;
            return true;
        }
    return false;
}

bool reload_name_lookup(reload_names set, const char *name, uint32_t *value)
{
    if (set == RELOAD_NAMES_SECURITY)
        return lookup_security(name, value);
    for (const struct name *row = set_rows(set); row->name != NULL; row++)
        if (strcmp(row->name, name) == 0) {
            *value = row->value;
            return true;
        }
    return false;
}

void rl_names(reload_names set, const char **words)
{
    const reload_suite *suite;
    size_t count = 0;
    if (set == RELOAD_NAMES_SECURITY)
        while (count < RL_MAX_NAMES && (suite = reload_suite_at(count)) != NULL)
            words[count++] = suite->name;
    else
        for (const struct name *row = set_rows(set); row->name != NULL && count < RL_MAX_NAMES;
             row++)
            words[count++] = row->name;
    words[count] = NULL;
}

const char *rl_number_text(reload_names names, uint32_t value, char *text, size_t size)
{
    const char *name = reload_name(names, value);
    if (name == NULL)
        (void)snprintf(text, size, "%" PRIu32, value);
    else
        (void)snprintf(text, size, "%" PRIu32 " (%s)", value, name);
    return text;
}
